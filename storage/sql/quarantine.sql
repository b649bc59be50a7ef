-- What is kept and not believed: quarantined snapshots with the page that last showed them, and pages that could not be
-- read, or whose time lies in the future. Used by `tracker quarantine`; parameter 1 is the beginning of an id or NULL.
SELECT
    s.snapshot AS id, 'snapshot' AS kind, s.board, c.source, c.role, s.published_on, s.rows,
    min(o.seen_at) AS first_seen, max(o.seen_at) AS last_seen, s.reason,
    arg_max(c.address, (o.seen_at, c.capture)) AS address, arg_max(c.content_sha256, (o.seen_at, c.capture)) AS content_sha256
FROM snapshots AS s
JOIN observations AS o ON o.snapshot_key = s.snapshot_key
JOIN captures AS c ON c.capture = o.capture
WHERE s.state = 'quarantined' AND ($1 IS NULL OR starts_with(s.snapshot, $1))
GROUP BY s.snapshot, s.board, c.source, c.role, s.published_on, s.rows, s.reason
UNION ALL
SELECT
    c.content_sha256, 'page', NULL, c.source, c.role, NULL, NULL, min(c.fetched_at), max(c.fetched_at), min(c.reason),
    max(c.address), c.content_sha256
FROM captures AS c
WHERE c.state IN ('refused', 'future') AND c.content_sha256 IS NOT NULL AND ($1 IS NULL OR starts_with(c.content_sha256, $1))
GROUP BY c.content_sha256, c.source, c.role
ORDER BY last_seen DESC, id
