"""Other ways for pages to come in: files, an index, git, web archives, and what ships. All end in pipeline.py."""
