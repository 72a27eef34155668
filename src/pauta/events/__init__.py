"""What happens at customers, and the conditions that stand there."""
