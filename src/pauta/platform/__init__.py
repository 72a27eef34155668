"""One file for each technical thing: database, settings, clock, words, log."""
