"""What messages say: templates and their versions."""
