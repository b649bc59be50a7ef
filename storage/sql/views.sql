-- Views of the published database, each with its comment. Made anew at every publish.
CREATE OR REPLACE VIEW entries_resolved AS
SELECT
    s.board, s.day, s.published_on, s.edition, s.captured_at, s.origin, s.snapshot, e.row, e.rank, e.published_rank,
    n.name, r.release, r.variant, r.developer, coalesce(r.country, 'unknown') AS country, r.subdivision,
    o.value AS openness, r.licence, e.score, e.score_low, e.score_high, e.votes, r.released_on,
    n.organization AS published_organization, n.licence AS published_licence,
    r.release_how, r.developer_how, o.how AS openness_how,
    s.snapshot_key, e.name_key, e.released_on AS published_released_on
FROM series AS s
JOIN entries AS e ON e.snapshot_key = s.snapshot_key
JOIN names AS n ON n.name_key = e.name_key
JOIN names_resolved AS r
    ON r.name_key = e.name_key AND r.since <= coalesce(e.released_on, s.day) AND coalesce(e.released_on, s.day) < r.until
JOIN openness AS o
    ON o.name_key = e.name_key AND o.meant_since = r.since AND o.since <= s.day AND s.day < o.until;
COMMENT ON VIEW entries_resolved IS 'Every published row of every point of a series, with what its name resolves to; openness as of the day of the point';

CREATE OR REPLACE VIEW latest AS
SELECT entries_resolved.*
FROM entries_resolved
JOIN (SELECT series.board, max(series.day) AS day FROM series GROUP BY series.board) AS newest
    ON newest.board = entries_resolved.board AND newest.day = entries_resolved.day;
COMMENT ON VIEW latest IS 'The rows of the newest point of each board, resolved';

CREATE OR REPLACE VIEW unresolved AS
SELECT
    r.name, r.published_organization, r.published_licence,
    r.release IS NULL AS without_release, r.developer IS NULL AS without_developer,
    r.country = 'unknown' AS without_country, r.openness = 'unknown' AS without_openness,
    count(DISTINCT r.board) AS boards, count(*) AS places, min(r.rank) AS best_rank, max(r.day) AS last_day
FROM entries_resolved AS r
WHERE r.release IS NULL OR r.developer IS NULL OR r.country = 'unknown' OR r.openness = 'unknown'
GROUP BY r.name, r.published_organization, r.published_licence, r.release, r.developer, r.country, r.openness;
COMMENT ON VIEW unresolved IS 'Published names of which something is not known, with how often and how high they stand';

CREATE OR REPLACE VIEW health AS
WITH last_attempt AS (
    SELECT c.source, max(c.fetched_at) AS at, arg_max(c.run_id, (c.fetched_at, c.run_id)) AS run_id
    FROM captures AS c
    WHERE c.state <> 'future'
    GROUP BY c.source
),
problems AS (
    SELECT c.source, c.role, c.state, c.reason, c.capture
    FROM captures AS c
    JOIN last_attempt AS l ON l.source = c.source AND l.run_id = c.run_id
    WHERE c.state IN ('failed', 'refused') AND (c.run_id <> 'import' OR c.fetched_at = l.at)
),
successes AS (
    SELECT s.board, max(g.seen_at) AS last_success
    FROM snapshots AS s
    JOIN observations AS g ON g.snapshot_key = s.snapshot_key
    WHERE s.state = 'accepted'
    GROUP BY s.board
),
newest AS (
    SELECT s.board, s.day, s.published_on, s.rows, s.content_since
    FROM series AS s
    JOIN (SELECT t.board, max(t.day) AS day FROM series AS t GROUP BY t.board) AS m ON m.board = s.board AND m.day = s.day
),
-- How often the rows of a board used to change. Data are old after twice the longest time without news that the board
-- had before (at least 45 days); where less than three changes are known, after a year.
news AS (
    SELECT DISTINCT s.board, s.content_since
    FROM series AS s
),
rhythm AS (
    SELECT
        i.board, max(i.days) AS longest_days,
        max(i.content_since) + CAST(CASE WHEN count(i.days) < 3 THEN 365 ELSE greatest(45, 2 * max(i.days)) END AS INTEGER) AS old_from
    FROM (
        SELECT
            news.board, news.content_since,
            news.content_since - lag(news.content_since) OVER (PARTITION BY news.board ORDER BY news.content_since) AS days
        FROM news
    ) AS i
    GROUP BY i.board
),
quarantine AS (
    SELECT s.board, arg_max(s.reason, (g.seen_at, s.snapshot)) AS reason, max(g.seen_at) AS at
    FROM snapshots AS s
    JOIN observations AS g ON g.snapshot_key = s.snapshot_key
    WHERE s.state = 'quarantined'
    GROUP BY s.board
)
SELECT
    b.board, b.source, u.last_success, n.published_on, n.day, n.rows, n.content_since, r.longest_days, r.old_from AS data_old_from,
    l.at AS last_attempt,
    CASE
        WHEN min(CASE WHEN p.state = 'failed' THEN p.reason END) IS NOT NULL THEN 'failed'
        WHEN min(CASE WHEN p.state = 'refused' THEN p.reason END) IS NOT NULL THEN 'quarantined'
        WHEN q.at IS NOT NULL AND q.at >= coalesce(u.last_success, q.at) THEN 'quarantined'
        WHEN u.last_success IS NULL THEN 'never'
        ELSE 'ok'
    END AS state,
    coalesce(
        min(CASE WHEN p.state = 'failed' THEN p.reason END),
        min(CASE WHEN p.state = 'refused' THEN p.role || ': ' || p.reason END),
        CASE WHEN q.at >= coalesce(u.last_success, q.at) THEN q.reason END
    ) AS reason
FROM boards AS b
LEFT JOIN successes AS u ON u.board = b.board
LEFT JOIN newest AS n ON n.board = b.board
LEFT JOIN rhythm AS r ON r.board = b.board
LEFT JOIN quarantine AS q ON q.board = b.board
LEFT JOIN last_attempt AS l ON l.source = b.source
LEFT JOIN (
    SELECT problems.*, w.board
    FROM problems
    LEFT JOIN board_providers AS w ON w.source = problems.source AND w.role = problems.role
) AS p ON p.source = b.source AND (p.board = b.board OR p.board IS NULL)
GROUP BY b.board, b.source, u.last_success, n.published_on, n.day, n.rows, n.content_since, r.longest_days, r.old_from, l.at, q.at,
    q.reason
ORDER BY b.board;
COMMENT ON VIEW health IS 'How each board stands: last success, newest point, what was wrong at the last attempt (state), and apart from that how old the data are: since when the rows are as they are (content_since), the longest time that they were before, and the day from which they are old (data_old_from)';
