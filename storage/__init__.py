"""Where pages and what they said are kept: the archive, the warehouse, the published database."""
