"""Journeys as values: the document, what is wrong with it, and how an enrolment moves through it."""
