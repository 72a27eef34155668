"""The ledger: every message to every contact, what was decided, tried and sent."""
