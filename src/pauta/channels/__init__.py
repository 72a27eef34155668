"""Ways out to a customer: one folder per kind, each behind the protocol in ``base``."""
