"""E-mail: building the bytes of a mail, handing them to an SMTP server, and a local catcher for trying out."""
