"""Where pages come from and what they say: requests, bytes, snapshots of entries."""
