-- The newest good capture of each page: its validators for the next request, its bytes for a 304. Used by collect.
-- A capture is good when it was read, and none of the snapshots that it showed is quarantined. What an importer says of
-- the time of a content is no validator: the server did not say it.
SELECT
    c.method, c.address, c.body_sha256,
    arg_max(coalesce(c.etag, ''), (c.fetched_at, c.capture)),
    arg_max(CASE WHEN c.run_id = 'import' THEN '' ELSE coalesce(c.last_modified, '') END, (c.fetched_at, c.capture)),
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
