"""The sample company: a fictional vendor of software with customers in seven countries, for trying Pauta out."""
