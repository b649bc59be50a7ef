"""One TOML for each source, and Python beside it where a table by column names is not enough."""
