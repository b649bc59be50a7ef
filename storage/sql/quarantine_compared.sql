-- A snapshot (parameter 1) beside the newest accepted one of its board that was seen before it: rows of both, names in
-- common, and up to ten names that left and came. Used by `tracker quarantine show`.
WITH asked AS (
    SELECT s.snapshot_key, s.board, s.rows, min(o.seen_at) AS seen_at
    FROM snapshots AS s
    JOIN observations AS o ON o.snapshot_key = s.snapshot_key
    WHERE s.snapshot = $1
    GROUP BY s.snapshot_key, s.board, s.rows
),
before AS (
    SELECT s.snapshot_key, s.snapshot, s.rows, max(o.seen_at) AS seen_at
    FROM asked AS a
    JOIN snapshots AS s ON s.board = a.board AND s.state = 'accepted' AND s.snapshot_key <> a.snapshot_key
    JOIN observations AS o ON o.snapshot_key = s.snapshot_key AND o.seen_at <= a.seen_at
    GROUP BY s.snapshot_key, s.snapshot, s.rows
    ORDER BY seen_at DESC
    LIMIT 1
),
now_names AS (
    SELECT DISTINCT n.name FROM asked AS a
    JOIN entries AS e ON e.snapshot_key = a.snapshot_key
    JOIN names AS n ON n.name_key = e.name_key
),
before_names AS (
    SELECT DISTINCT n.name FROM before AS b
    JOIN entries AS e ON e.snapshot_key = b.snapshot_key
    JOIN names AS n ON n.name_key = e.name_key
)
SELECT
    b.snapshot, b.seen_at::DATE, b.rows, a.rows,
    (SELECT count(*) FROM now_names AS n WHERE n.name IN (SELECT p.name FROM before_names AS p)),
    (SELECT list(p.name ORDER BY p.name)[:10] FROM before_names AS p WHERE p.name NOT IN (SELECT n.name FROM now_names AS n)),
    (SELECT list(n.name ORDER BY n.name)[:10] FROM now_names AS n WHERE n.name NOT IN (SELECT p.name FROM before_names AS p))
FROM asked AS a
LEFT JOIN before AS b ON true
