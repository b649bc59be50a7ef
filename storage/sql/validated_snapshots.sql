-- Every snapshot of a board (parameter 1), in order of its day, with its most trusted provider. Used by storage.validate.
SELECT
    s.snapshot_key, s.snapshot,
    arg_min(g.source, (coalesce(w.trust, 1000000), g.source)) AS provider,
    least(s.published_on, min(g.seen_at)::DATE) AS day,
    s.rows, s.lowest, s.highest, max(g.edition) AS edition, s.scored, s.different, s.filled, s.name_sample
FROM snapshots AS s
JOIN observations AS g ON g.snapshot_key = s.snapshot_key
LEFT JOIN board_providers AS w ON w.board = s.board AND w.source = g.source AND w.role = g.role
WHERE s.board = $1
GROUP BY
    s.snapshot_key, s.snapshot, s.published_on, s.rows, s.lowest, s.highest, s.scored, s.different, s.filled,
    s.name_sample
ORDER BY day, max(g.seen_at), s.snapshot
