"""Whole runs among faulty answers, damaged files and hostile pages: `make test-faults`."""
