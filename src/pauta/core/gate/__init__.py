"""The gate: decides for every (contact, message): send, queue or suppress. Pure: values in, values out."""
