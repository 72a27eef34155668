"""The API: one file of routes and their schemas for each noun."""
