-- Published names of which something is not known, those that could change a headline first. Used by `tracker registry review`;
-- parameters: board or NULL, how many names. A place counts once for each N (10, 20, 50) whose top it is in.
WITH unknown AS (
    SELECT
        r.name, r.published_organization, r.published_licence, r.board, r.day, r.rank, r.snapshot_key,
        r.release IS NULL AS no_release, r.developer IS NULL AS no_developer, r.country = 'unknown' AS no_country,
        r.openness = 'unknown' AS no_openness, r.name_key, coalesce(r.published_released_on, r.day) AS named_on
    FROM entries_resolved AS r
    WHERE r.rank <= 50 AND ($1 IS NULL OR r.board = $1)
        AND (r.release IS NULL OR r.developer IS NULL OR r.country = 'unknown' OR r.openness = 'unknown')
),
counted AS (
    SELECT
        u.name, u.published_organization, u.published_licence,
        bool_or(u.no_developer) AS no_developer, bool_or(u.no_country) AS no_country, bool_or(u.no_openness) AS no_openness,
        bool_or(u.no_release) AS no_release,
        count(*) FILTER (WHERE u.rank <= 10) AS top_10, count(*) FILTER (WHERE u.rank <= 20) AS top_20,
        count(*) AS top_50, list(DISTINCT u.board ORDER BY u.board) AS boards, count(DISTINCT u.day) AS days,
        min(u.rank) AS best_rank, max(u.day) AS last_day,
        arg_max(u.snapshot_key, (u.day, u.board)) AS snapshot_key, arg_max(u.name_key, (u.day, u.board)) AS name_key,
        arg_max(u.named_on, (u.day, u.board)) AS named_on
    FROM unknown AS u
    GROUP BY u.name, u.published_organization, u.published_licence
)
SELECT c.* EXCLUDE (snapshot_key, name_key, named_on), a.address AS page, s.captured_at, r.steps
FROM counted AS c
JOIN names_resolved AS r ON r.name_key = c.name_key AND r.since <= c.named_on AND c.named_on < r.until
JOIN series AS s ON s.snapshot_key = c.snapshot_key AND s.day = c.last_day
JOIN captures AS a ON a.capture = s.capture
QUALIFY row_number() OVER (PARTITION BY c.name, c.published_organization, c.published_licence ORDER BY s.board) = 1
ORDER BY c.no_country OR c.no_openness DESC, c.top_10 + c.top_20 + c.top_50 DESC, c.best_rank, c.last_day DESC, c.name,
    c.published_organization, c.published_licence
LIMIT $2
