"""When mails are read, answered and acted on: what comes back, who read it, and the figures of it."""
