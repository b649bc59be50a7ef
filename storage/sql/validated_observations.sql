-- When each snapshot of a board (parameter 1) was seen, and in whose page: its published day, or the day of the capture where
-- the board has none. Used by storage.validate.
SELECT coalesce(s.published_on, g.seen_at::DATE) AS day, g.seen_at, g.source, g.snapshot_key
FROM observations AS g
JOIN snapshots AS s ON s.snapshot_key = g.snapshot_key
WHERE s.board = $1
ORDER BY day, g.seen_at, g.snapshot_key
