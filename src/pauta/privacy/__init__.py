"""What is held about a contact, its erasure, and how long data is kept."""
