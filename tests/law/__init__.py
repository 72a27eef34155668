"""One test for each rule of the law that Pauta keeps; docs/reference/law.md says which is which."""
