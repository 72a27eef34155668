"""The web server: the API under ``/api/v1``, the start page, the mail catcher, and what operators watch."""
