"""What documents, the demo and machines are shown is what the program says: `make test-documents`."""
