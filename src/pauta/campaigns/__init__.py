"""Campaigns: one thing to say to an audience."""
