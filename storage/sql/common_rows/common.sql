-- The identities that both snapshots (parameters) have.
SELECT k.identity FROM keyed AS k WHERE k.snapshot_key = ?
INTERSECT
SELECT k.identity FROM keyed AS k WHERE k.snapshot_key = ?
