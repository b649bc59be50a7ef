-- Figures of the same snapshot, N and breakdown that two published copies give differently, and the rows in that top N
-- that resolve differently. Used by `tracker registry corrections`, with the copies attached as `older` and `newer`.
WITH both_sides AS (
    SELECT
        coalesce(n.board, o.board) AS board, coalesce(n.day, o.day) AS day, coalesce(n.snapshot, o.snapshot) AS snapshot,
        coalesce(n.top, o.top) AS top, coalesce(n.by_value, o.by_value) AS by_value,
        coalesce(n.first, o.first) AS first, coalesce(n.second, o.second) AS second,
        coalesce(o.count, 0) AS count_before, coalesce(n.count, 0) AS count_after,
        coalesce(o.high, 0) AS high_before, coalesce(n.high, 0) AS high_after, coalesce(n.of, o.of) AS of
    FROM newer.shares_by_day AS n
    FULL JOIN older.shares_by_day AS o
        ON o.board = n.board AND o.day = n.day AND o.snapshot = n.snapshot AND o.top = n.top AND o.by_value = n.by_value
        AND o.first = n.first AND o.second = n.second
),
common AS (
    SELECT n.board, n.day, n.snapshot
    FROM newer.series AS n
    JOIN older.series AS o ON o.board = n.board AND o.day = n.day AND o.snapshot = n.snapshot
),
moved AS (
    SELECT b.*
    FROM both_sides AS b
    JOIN common AS c ON c.board = b.board AND c.day = b.day AND c.snapshot = b.snapshot
    WHERE b.count_before <> b.count_after OR b.high_before <> b.high_after
),
-- Both copies hold the rows of a snapshot in one order, which depends on the rows alone.
changed AS (
    SELECT
        n.board, n.day, n.rank, n.name || ': ' || array_to_string(list_filter([
            CASE WHEN o.release IS DISTINCT FROM n.release
                THEN 'release ' || coalesce(o.release, 'unknown') || ' -> ' || coalesce(n.release, 'unknown') END,
            CASE WHEN o.developer IS DISTINCT FROM n.developer
                THEN 'developer ' || coalesce(o.developer, 'unknown') || ' -> ' || coalesce(n.developer, 'unknown') END,
            CASE WHEN o.country <> n.country THEN 'country ' || o.country || ' -> ' || n.country END,
            CASE WHEN o.openness <> n.openness THEN 'openness ' || o.openness || ' -> ' || n.openness END
        ], lambda change: change IS NOT NULL), ', ') AS reason
    FROM newer.entries_resolved AS n
    JOIN older.entries_resolved AS o
        ON o.board = n.board AND o.day = n.day AND o.snapshot = n.snapshot AND o.row = n.row
    WHERE n.rank <= 50
        AND (o.release IS DISTINCT FROM n.release OR o.developer IS DISTINCT FROM n.developer
            OR o.country <> n.country OR o.openness <> n.openness)
)
SELECT
    m.board, m.day, m.top, m.by_value, m.first AS value, m.second AS second_value, m.of,
    m.count_before, m.high_before, m.count_after, m.high_after,
    list(c.reason ORDER BY c.rank, c.reason) FILTER (WHERE c.reason IS NOT NULL) AS because
FROM moved AS m
LEFT JOIN changed AS c ON c.board = m.board AND c.day = m.day AND c.rank <= m.top
GROUP BY ALL
ORDER BY m.board, m.day, m.top, m.by_value, m.first, m.second
