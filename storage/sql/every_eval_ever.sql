-- The rows of the newest chosen point of each leaderboard, where terms allow to pass them on, with all that a record of
-- Every Eval Ever says of them. `occurrence` tells apart rows of one point that have the same name.
WITH newest AS (
    SELECT p.* FROM points AS p
    WHERE p.redistribute <> 'shares' AND p.day = (SELECT max(q.day) FROM points AS q WHERE q.board = p.board)
),
developer_names AS (
    SELECT d.developer, arg_max(d.name, coalesce(d.since, DATE '0001-01-01')) AS name
    FROM developers AS d
    GROUP BY d.developer
)
SELECT
    r.board, r.day, r.name, row_number() OVER (PARTITION BY r.board, r.name ORDER BY r.row) AS occurrence,
    r.score, r.score_low, r.score_high, r.rank, r.published_rank, r.votes,
    r.release, r.variant, r.developer, coalesce(d.name, r.developer) AS developer_name, r.country, r.openness, r.licence,
    r.release_how, r.developer_how, r.openness_how,
    b.title, b.publisher, b.homepage, b.licence AS data_licence, b.licence_page, b.operator, b.metric, b.unit,
    b.direction, b.adjustment, b.category, b.kind,
    b.operator IN (SELECT o.developer FROM developers AS o) AS operator_releases_models,
    n.published_on, n.edition, n.snapshot, n.source, n.origin, c.address, c.content_sha256,
    epoch_us(n.captured_at) AS captured_us, s.lowest, s.highest
FROM entries_resolved AS r
JOIN newest AS n ON n.board = r.board AND n.day = r.day
JOIN boards AS b ON b.board = r.board
JOIN captures AS c ON c.capture = n.capture
JOIN snapshots AS s ON s.snapshot_key = n.snapshot_key
LEFT JOIN developer_names AS d ON d.developer = r.developer
ORDER BY r.board, r.row;
