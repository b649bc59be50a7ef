-- What `tracker export` writes: one query for each table, behind lines that name the table, its key and the tables that it
-- refers to. Each is ordered by its whole identity and free of numbers that the database hands out, so the same archive
-- gives the same bytes. The view `points` holds the chosen points of the series, with what may be passed on of each.

-- table: boards
-- holds: Leaderboards: what each measures, who runs it, under which licence
-- key: board
SELECT
    b.board, b.title, b.source, b.publisher, b.homepage, b.licence, b.licence_page, b.redistribute, b.operator,
    b.operator_country, b.metric, b.unit, b.direction, b.adjustment, b.category, b.kind, b.editions_comparable
FROM boards AS b
WHERE b.board IN (SELECT c.board FROM chosen_boards AS c)
ORDER BY b.board;

-- table: snapshots
-- holds: Points of the series: the snapshot that stands for a leaderboard from a day on, and the page that it is from
-- key: board, day
-- refers: board to boards
SELECT
    p.board, p.day, p.published_on, p.edition, p.rows, p.snapshot, p.source, p.origin, p.redistribute, c.address,
    p.captured_at, c.content_sha256, p.content_since, p.break_before
FROM points AS p
JOIN captures AS c ON c.capture = p.capture
ORDER BY p.board, p.day;

-- table: last_seen
-- holds: When the content of each point was last seen: the one file that changes on a day without news
-- key: board, day
-- refers: board, day to snapshots
SELECT p.board, p.day, p.snapshot, p.last_seen_at
FROM points AS p
ORDER BY p.board, p.day;

-- table: entries
-- holds: Rows of the leaderboards as published, and what each name resolves to
-- key: board, day, row
-- refers: board, day to snapshots
SELECT
    r.board, r.day, r.snapshot, r.row, r.rank, r.published_rank, r.name, r.release, nullif(r.variant, '') AS variant, r.developer,
    r.country, r.subdivision, r.openness, r.licence, r.score, r.score_low, r.score_high, r.votes, r.released_on,
    r.published_organization, r.published_licence, r.release_how, r.developer_how, r.openness_how
FROM entries_resolved AS r
JOIN points AS p ON p.board = r.board AND p.day = r.day AND p.redistribute <> 'shares'
ORDER BY r.board, r.day, r.row;

-- table: shares
-- holds: Shares of the top 10, 20 and 50 under the default definition, with their bounds; 0 where a value of other points is missing
-- key: board, day, top, by_value, value, second_value
-- refers: board, day to snapshots
SELECT
    z.board, z.day, z.published_on, z.snapshot, z.top, z."of", z.unit, z.ties, z.rank_by, z.openness_as_of, z.by_value,
    z.value, nullif(z.second_value, '') AS second_value, z.count, z.low, z.high,
    z.count / z."of" AS share, z.low / z."of" AS share_low, z.high / z."of" AS share_high
FROM (
    SELECT d.* EXCLUDE (first, second), d.first AS value, d.second AS second_value
    FROM shares_by_day AS d
    JOIN points AS p ON p.board = d.board AND p.day = d.day
    UNION ALL BY NAME
    -- What is unknown at the point may still turn out to be the value.
    SELECT
        h.* EXCLUDE (count, low, high), v.first AS value, v.second AS second_value, 0.0 AS count, 0.0 AS low,
        coalesce((
            SELECT sum(d.count)
            FROM shares_by_day AS d
            WHERE d.board = h.board AND d.day = h.day AND d.top = h.top AND d.by_value = h.by_value
                AND d.first IN (v.first, 'unknown') AND d.second IN (v.second, 'unknown')
        ), 0.0) AS high
    FROM (
        SELECT DISTINCT ON (d.board, d.day, d.top, d.by_value) d.* EXCLUDE (first, second)
        FROM shares_by_day AS d
        JOIN points AS p ON p.board = d.board AND p.day = d.day
        ORDER BY d.board, d.day, d.top, d.by_value, d.first, d.second
    ) AS h
    JOIN (
        SELECT DISTINCT d.board, d.top, d.by_value, d.first, d.second
        FROM shares_by_day AS d
        JOIN points AS p ON p.board = d.board AND p.day = d.day
        WHERE d.first <> 'unknown' AND d.second <> 'unknown'
    ) AS v ON v.board = h.board AND v.top = h.top AND v.by_value = h.by_value
    WHERE NOT EXISTS (
        FROM shares_by_day AS d
        WHERE d.board = h.board AND d.day = h.day AND d.top = h.top AND d.by_value = h.by_value AND d.first = v.first
            AND d.second = v.second
    )
) AS z
ORDER BY z.board, z.day, z.by_value, z.top, z.value, z.second_value;

-- table: breaks
-- holds: Declared days on which a leaderboard stops being comparable; `break_before` in snapshots has every break
-- key: board, day, reason
-- refers: board to boards
SELECT b.board, b.day, b.reason, b.link
FROM breaks AS b
JOIN chosen_boards AS c ON c.board = b.board
ORDER BY b.board, b.day, b.reason;

-- table: developers
-- holds: Organisations that release models, with the country of their primary base and its days
-- key: developer, since
SELECT
    d.developer, d.since, d.until, d.name, d.country, d.subdivision, d.evidence_url, d.evidence_day, d.note
FROM developers AS d
ORDER BY d.developer, d.since NULLS FIRST;

-- table: releases
-- holds: Models that were published: developer, day, weights, licence, base model
-- key: release
SELECT
    r.release, r.developer, r.released_on, r.weights, r.weights_since, r.licence, r.open_source, r.base_model,
    r.evidence_url, r.evidence_day, r.note
FROM releases AS r
ORDER BY r.release;

-- table: aliases
-- holds: Other names of releases
-- key: alias, since
SELECT a.alias, a.since, a.until, a.release, nullif(a.variant, '') AS variant, a.evidence_url, a.evidence_day
FROM aliases AS a
ORDER BY a.alias, a.since NULLS FIRST;

-- table: quarantine
-- holds: Snapshots that are not believed, with the reason
-- key: snapshot, board
-- refers: board to boards
SELECT s.snapshot, s.board, s.published_on, min(g.seen_at) AS first_seen_at, s.rows, s.reason
FROM snapshots AS s
JOIN observations AS g ON g.snapshot_key = s.snapshot_key
JOIN chosen_boards AS c ON c.board = s.board AND c.redistribute <> 'shares'
WHERE s.state = 'quarantined'
GROUP BY s.board, s.published_on, s.rows, s.snapshot, s.reason
HAVING min(g.seen_at)::DATE BETWEEN getvariable('since') AND getvariable('until')
ORDER BY s.board, first_seen_at, s.snapshot;

-- table: claims
-- holds: Sentences that somebody made in public, with the verdict on each
-- key: claim, board
-- refers: board to boards
SELECT
    c.claim, c.board, c.text, c.claimed_day, c.top, c.unit, c.verdict, c.why, c.day, c.edition, c.snapshot, c.origin,
    c.margin
FROM claims AS c
ORDER BY c.claim, c.board;
