"""How pages come in: collected, scheduled, imported, backfilled; always archive, then warehouse, then publish."""
