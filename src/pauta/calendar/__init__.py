"""The master calendar: every touchpoint of every team, day by day."""
