"""A published name, taken apart: clean, prefix, date_suffix, tokens, and parse over all of them."""
