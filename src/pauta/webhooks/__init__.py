"""What other programs are told of, as it happens: Standard Webhooks."""
