"""Accounts and contacts: who they are, what they allow, how they can be reached."""
