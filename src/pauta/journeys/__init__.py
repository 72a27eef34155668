"""Journeys: documents and their versions, the contacts inside, and what moves them on."""
