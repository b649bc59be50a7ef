-- When each snapshot of a board (parameter 1) was seen, and in whose page: its published day where the publisher dates the
-- rows, or the day of the capture. Used by storage.validate.
SELECT
    CASE WHEN coalesce(w.dates_content, true) THEN least(s.published_on, g.seen_at::DATE) ELSE g.seen_at::DATE END AS day,
    g.seen_at, g.source, g.snapshot_key
FROM observations AS g
JOIN snapshots AS s ON s.snapshot_key = g.snapshot_key
LEFT JOIN board_providers AS w ON w.board = s.board AND w.source = g.source AND w.role = g.role
WHERE s.board = $1
ORDER BY day, g.seen_at, s.rows, s.snapshot
