"""Views over the ledger: where everything stands, and why a contact gets what it gets."""
