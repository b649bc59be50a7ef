"""Where pages and what they said are kept: the archive, the database of the writer, the published copy."""
