-- What of a board (parameter 1) was asked for and is not in its series, after one day (2) up to another (3): pages that
-- failed or could not be read, unless the same page was read on that day, and snapshots that are not believed. Pages of
-- a provider that carry no board stand for all of its boards. Used by tracker/changes/coverage.py.
SELECT DISTINCT
    CAST(c.fetched_at AS DATE) AS day, c.source, c.role AS page, c.state AS what, coalesce(c.reason, '') AS reason
FROM captures AS c
WHERE c.state IN ('failed', 'refused')
    AND CAST(c.fetched_at AS DATE) > $2 AND CAST(c.fetched_at AS DATE) <= $3
    AND EXISTS (SELECT 1 FROM board_providers AS w WHERE w.board = $1 AND w.source = c.source)
    AND (
        EXISTS (SELECT 1 FROM board_providers AS w WHERE w.board = $1 AND w.source = c.source AND w.role = c.role)
        OR NOT EXISTS (SELECT 1 FROM board_providers AS w WHERE w.source = c.source AND w.role = c.role)
    )
    AND NOT EXISTS (
        SELECT 1 FROM captures AS r
        WHERE r.source = c.source AND r.role = c.role AND r.address = c.address AND r.state = 'read'
            AND CAST(r.fetched_at AS DATE) = CAST(c.fetched_at AS DATE)
    )
UNION
SELECT CAST(g.seen_at AS DATE) AS day, g.source, g.role AS page, 'quarantined' AS what, coalesce(s.reason, '') AS reason
FROM snapshots AS s
JOIN observations AS g ON g.snapshot_key = s.snapshot_key
WHERE s.board = $1 AND s.state = 'quarantined' AND CAST(g.seen_at AS DATE) > $2 AND CAST(g.seen_at AS DATE) <= $3
ORDER BY day, source, page, what, reason
