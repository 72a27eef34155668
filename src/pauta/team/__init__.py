"""The people who use Pauta: teams, members, keys, and the record of who did what."""
