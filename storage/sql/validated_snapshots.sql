-- Every snapshot of a board (parameter 1), in order of its day, with the provider that showed it first. Used by
-- storage.validate. Nothing here follows from later observations: a snapshot fares as it would have when it came.
SELECT
    s.snapshot_key, s.snapshot,
    arg_min(g.source, (g.seen_at, coalesce(w.trust, 1000000), g.source)) AS provider,
    min(CASE WHEN coalesce(w.dates_content, true) THEN least(s.published_on, g.seen_at::DATE) ELSE g.seen_at::DATE END) AS day,
    s.rows, s.lowest, s.highest, arg_min(g.edition, (g.seen_at, coalesce(w.trust, 1000000), g.source)) AS edition,
    s.scored, s.different, s.filled, s.name_sample
FROM snapshots AS s
JOIN observations AS g ON g.snapshot_key = s.snapshot_key
LEFT JOIN board_providers AS w ON w.board = s.board AND w.source = g.source AND w.role = g.role
WHERE s.board = $1
GROUP BY
    s.snapshot_key, s.snapshot, s.published_on, s.rows, s.lowest, s.highest, s.scored, s.different, s.filled,
    s.name_sample
ORDER BY day, min(g.seen_at), s.rows, s.snapshot
