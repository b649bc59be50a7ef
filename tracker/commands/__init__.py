"""The commands of `tracker`, one module for each group of them."""
