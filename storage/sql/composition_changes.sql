-- Neighbouring points of a board (parameter 1) after one day (2) up to another (3), with how many rows left and came.
-- A row is the same where release and variant are, or the name where the release is not known.
WITH neighbours AS (
    SELECT
        s.day, s.snapshot_key, s.source, s.rows,
        lag(s.day) OVER by_day AS day_before,
        lag(s.source) OVER by_day AS source_before,
        lag(s.rows) OVER by_day AS rows_before
    FROM series AS s
    WHERE s.board = $1
    WINDOW by_day AS (ORDER BY s.day)
),
keyed AS (
    SELECT DISTINCT p.day, lower(coalesce(r.release || ' ' || coalesce(r.variant, ''), n.name)) AS identity
    FROM neighbours AS p
    JOIN entries AS e ON e.snapshot_key = p.snapshot_key
    JOIN names AS n ON n.name_key = e.name_key
    JOIN names_resolved AS r
        ON r.name_key = e.name_key AND r.since <= coalesce(e.released_on, p.day) AND coalesce(e.released_on, p.day) < r.until
)
SELECT
    p.day_before, p.day, p.source_before, p.source, p.rows_before, p.rows,
    (SELECT count(*) FROM keyed AS k WHERE k.day = p.day_before AND k.identity NOT IN (
        SELECT m.identity FROM keyed AS m WHERE m.day = p.day)) AS dropped,
    (SELECT count(*) FROM keyed AS k WHERE k.day = p.day AND k.identity NOT IN (
        SELECT m.identity FROM keyed AS m WHERE m.day = p.day_before)) AS added
FROM neighbours AS p
WHERE p.day > $2 AND p.day <= $3 AND p.day_before IS NOT NULL
ORDER BY p.day
