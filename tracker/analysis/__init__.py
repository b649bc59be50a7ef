"""What is counted: shares of a top N under a definition, and how far they hold."""
