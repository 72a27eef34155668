"""What pip can install of the peers, at the same work as Pauta: see ``bench.peers.__main__``."""
