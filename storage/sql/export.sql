-- What `tracker export` writes: one query for each file, behind a line that names it. Each is ordered by its
-- whole identity and free of numbers that the database hands out, so the same archive gives the same bytes.

-- file: boards
SELECT
    b.board, b.title, b.source, b.publisher, b.homepage, b.licence, b.redistribute, b.operator, b.operator_country,
    b.metric, b.unit, b.direction, b.adjustment, b.category, b.kind, b.editions_comparable
FROM boards AS b
ORDER BY b.board;

-- file: snapshots
SELECT
    s.board, s.day, s.published_on, s.edition, s.rows, s.snapshot, s.source, s.origin, c.address,
    s.captured_at, c.content_sha256, s.last_seen_at
FROM series AS s
JOIN captures AS c ON c.capture = s.capture
ORDER BY s.board, s.day;

-- file: quarantine
SELECT s.board, s.published_on, min(g.seen_at) AS first_seen_at, s.rows, s.snapshot, s.reason
FROM snapshots AS s
JOIN observations AS g ON g.snapshot_key = s.snapshot_key
WHERE s.state = 'quarantined'
GROUP BY s.board, s.published_on, s.rows, s.snapshot, s.reason
ORDER BY s.board, first_seen_at, s.snapshot;

-- file: entries
SELECT
    r.board, r.day, r.snapshot, r.row, r.rank, r.published_rank, r.name, r.release, r.variant, r.developer,
    r.country, r.subdivision, r.openness, r.licence, r.score, r.score_low, r.score_high, r.votes, r.released_on,
    r.published_organization, r.published_licence, r.release_how, r.developer_how, r.openness_how
FROM entries_resolved AS r
ORDER BY r.board, r.day, r.row;

-- file: shares
SELECT
    d.board, d.day, d.published_on, d.snapshot, d.top, d."of", d.unit, d.ties, d.rank_by, d.openness_as_of, d.by_value,
    d.first AS value, d.second AS second_value, d.count, d.low, d.high, d.share, d.share_low, d.share_high
FROM shares_by_day AS d
ORDER BY d.board, d.day, d.by_value, d.top, d.first, d.second;
