"""A sentence with counts, and the verdict on it."""
