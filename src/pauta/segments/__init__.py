"""Segments: rules over contacts, who is in them, since when, and why."""
