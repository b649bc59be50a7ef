-- Breaks (declared, new editions, and rosters that were cut as later pages confirmed), and neighbours of a series whose
-- rows or common scores jumped more than declared (max_drop; max_shift, or 15 % of the range of scores where none is
-- declared). A provider that prints ranks alone has no scores to compare, and its names are names all the same. Used by
-- `tracker breaks`; parameter 1 is a board or NULL.
WITH neighbours AS (
    SELECT
        s.board, s.day, s.snapshot_key, s.rows, s.break_before,
        lag(s.day) OVER board_order AS day_before,
        lag(s.rows) OVER board_order AS rows_before,
        lag(s.snapshot_key) OVER board_order AS key_before
    FROM series AS s
    WHERE $1 IS NULL OR s.board = $1
    WINDOW board_order AS (PARTITION BY s.board ORDER BY s.day)
),
common AS (
    SELECT n.board, n.day, count(*) AS names, median(abs(e.score - f.score)) AS shift
    FROM neighbours AS n
    JOIN entries AS e ON e.snapshot_key = n.snapshot_key
    JOIN names AS a ON a.name_key = e.name_key
    JOIN entries AS f ON f.snapshot_key = n.key_before
    JOIN names AS z ON z.name_key = f.name_key AND z.name = a.name
    GROUP BY n.board, n.day
),
measured AS (
    SELECT
        n.board, n.day_before, n.day, n.rows_before, n.rows, n.break_before, coalesce(c.names, 0) AS common_names, c.shift,
        b.max_drop, coalesce(b.max_shift, 0.15 * (s.highest - s.lowest)) AS max_shift
    FROM neighbours AS n
    JOIN boards AS b ON b.board = n.board
    JOIN snapshots AS s ON s.snapshot_key = n.key_before
    LEFT JOIN common AS c ON c.board = n.board AND c.day = n.day
    WHERE n.key_before IS NOT NULL
)
SELECT
    m.board, m.day_before, m.day, m.rows_before, m.rows, m.common_names, m.shift AS median_shift,
    CASE
        WHEN m.break_before IN (SELECT r.reason FROM roster_cuts AS r WHERE r.board = m.board) THEN 'confirmed'
        WHEN m.break_before IS NOT NULL THEN 'declared'
        ELSE 'suspected'
    END AS state,
    coalesce(
        m.break_before,
        CASE
            WHEN m.shift > m.max_shift THEN 'common scores moved by ' || round(m.shift, 2) || ' in the median, more than ' || round(m.max_shift, 2)
            WHEN m.common_names = 0 THEN 'no name in common'
            ELSE 'from ' || m.rows_before || ' to ' || m.rows || ' rows'
        END
    ) AS reason
FROM measured AS m
WHERE m.break_before IS NOT NULL OR m.shift > m.max_shift OR m.common_names = 0
    OR abs(m.rows - m.rows_before) > m.max_drop * m.rows_before
ORDER BY m.board, m.day
