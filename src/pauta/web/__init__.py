"""The web server: the API under ``/api/v1``, the app, the mail catcher, and what operators watch."""
