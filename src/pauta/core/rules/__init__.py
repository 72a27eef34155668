"""The language of rules: what a segment, a branch or a stage asks of a contact, as react-querybuilder writes it."""
