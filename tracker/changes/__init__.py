"""What moved on a board between two days, and why a share moved."""
