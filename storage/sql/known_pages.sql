-- The newest good capture of each page: its validators for the next request, its bytes for a 304. Used by collect.
-- A capture is good when it was read, and none of the snapshots that it showed is quarantined.
SELECT
    c.method, c.address, c.body_sha256,
    arg_max(coalesce(c.etag, ''), (c.fetched_at, c.capture)),
    arg_max(coalesce(c.last_modified, ''), (c.fetched_at, c.capture)),
    arg_max(c.content_sha256, (c.fetched_at, c.capture))
FROM captures AS c
WHERE c.state = 'read'
    AND c.capture NOT IN (
        SELECT g.capture
        FROM observations AS g
        JOIN snapshots AS s ON s.snapshot_key = g.snapshot_key
        WHERE s.state = 'quarantined'
    )
GROUP BY c.method, c.address, c.body_sha256
