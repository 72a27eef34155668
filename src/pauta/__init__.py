"""Pauta: a control tower for customer communication."""
