"""Who released a model, where, how open, since when, and who says so."""
