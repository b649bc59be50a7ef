"""Processes that are killed or told to stop at any moment: `make test-kills`."""
