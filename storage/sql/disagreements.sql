-- Days that two sources showed of one board with different models in the top N. Used by `tracker disagreements`;
-- parameters: board or NULL, N. Models are compared by release where it is known, else by printed name.
WITH both_sides AS (
    SELECT a.board, a.day, a.source AS chosen, b.source AS other, a.snapshot_key AS chosen_key, b.snapshot_key AS other_key
    FROM witnessed AS a
    JOIN witnessed AS b ON b.board = a.board AND b.day = a.day AND b.choice > 1
    WHERE a.choice = 1 AND a.snapshot_key <> b.snapshot_key AND ($1 IS NULL OR a.board = $1)
),
places AS (
    SELECT DISTINCT e.snapshot_key, coalesce(r.release, lower(n.name)) AS model
    FROM entries AS e
    JOIN names AS n ON n.name_key = e.name_key
    JOIN names_resolved AS r ON r.name_key = e.name_key
    WHERE e.position <= $2
        AND e.snapshot_key IN (SELECT chosen_key FROM both_sides UNION SELECT other_key FROM both_sides)
),
sides AS (
    SELECT d.board, d.day, d.chosen, d.other, p.model, true AS in_chosen
    FROM both_sides AS d
    JOIN places AS p ON p.snapshot_key = d.chosen_key
    WHERE p.model NOT IN (SELECT q.model FROM places AS q WHERE q.snapshot_key = d.other_key)
    UNION ALL
    SELECT d.board, d.day, d.chosen, d.other, p.model, false
    FROM both_sides AS d
    JOIN places AS p ON p.snapshot_key = d.other_key
    WHERE p.model NOT IN (SELECT q.model FROM places AS q WHERE q.snapshot_key = d.chosen_key)
)
SELECT
    s.board, s.day, s.chosen, s.other,
    list(s.model ORDER BY s.model) FILTER (WHERE s.in_chosen) AS only_chosen,
    list(s.model ORDER BY s.model) FILTER (WHERE NOT s.in_chosen) AS only_other
FROM sides AS s
GROUP BY s.board, s.day, s.chosen, s.other
ORDER BY s.board, s.day, s.other
