-- Days that two sources showed of one board with different models in the top N, and pages of one source that were both
-- typed and had as bytes, wherever a score differs. Used by `tracker disagreements`; parameters: board or NULL, N.
-- Models are compared by release where it is known, else by published name.
WITH both_sides AS (
    SELECT
        a.board, a.day, a.snapshot_key AS chosen_key, b.snapshot_key AS other_key, a.source = b.source AS is_one_page,
        CASE WHEN a.source = b.source THEN a.source || ' (' || a.origin || ')' ELSE a.source END AS chosen,
        CASE WHEN a.source = b.source THEN b.source || ' (' || b.origin || ')' ELSE b.source END AS other
    FROM snapshots_by_provider AS a
    JOIN snapshots_by_provider AS b ON b.board = a.board AND b.day = a.day AND b.choice > 1
    WHERE a.choice = 1 AND a.snapshot_key <> b.snapshot_key AND ($1 IS NULL OR a.board = $1)
),
places AS (
    SELECT DISTINCT d.day, e.snapshot_key, coalesce(r.release, lower(n.name)) AS model
    FROM (
        SELECT b.day, b.chosen_key AS snapshot_key FROM both_sides AS b
        UNION
        SELECT b.day, b.other_key FROM both_sides AS b
    ) AS d
    JOIN entries AS e ON e.snapshot_key = d.snapshot_key AND e.rank <= $2
    JOIN names AS n ON n.name_key = e.name_key
    JOIN names_resolved AS r
        ON r.name_key = e.name_key AND r.since <= coalesce(e.released_on, d.day) AND coalesce(e.released_on, d.day) < r.until
),
scores AS (
    SELECT e.snapshot_key, n.name, e.row, e.score
    FROM entries AS e
    JOIN names AS n ON n.name_key = e.name_key
    WHERE e.snapshot_key IN (
        SELECT d.chosen_key FROM both_sides AS d WHERE d.is_one_page
        UNION
        SELECT d.other_key FROM both_sides AS d WHERE d.is_one_page
    )
),
sides AS (
    SELECT d.board, d.day, d.chosen, d.other, p.model AS only_chosen, NULL AS only_other, NULL AS scores
    FROM both_sides AS d
    JOIN places AS p ON p.snapshot_key = d.chosen_key AND p.day = d.day
    WHERE p.model NOT IN (SELECT q.model FROM places AS q WHERE q.snapshot_key = d.other_key AND q.day = d.day)
    UNION ALL
    SELECT d.board, d.day, d.chosen, d.other, NULL, p.model, NULL
    FROM both_sides AS d
    JOIN places AS p ON p.snapshot_key = d.other_key AND p.day = d.day
    WHERE p.model NOT IN (SELECT q.model FROM places AS q WHERE q.snapshot_key = d.chosen_key AND q.day = d.day)
    UNION ALL
    SELECT
        d.board, d.day, d.chosen, d.other, NULL, NULL,
        c.name || ': ' || coalesce(c.score::VARCHAR, 'none') || ', other ' || coalesce(o.score::VARCHAR, 'none')
    FROM both_sides AS d
    JOIN scores AS c ON c.snapshot_key = d.chosen_key
    JOIN scores AS o ON o.snapshot_key = d.other_key AND o.name = c.name
    WHERE d.is_one_page AND o.score IS DISTINCT FROM c.score
)
SELECT
    s.board, s.day, s.chosen, s.other,
    coalesce(list(s.only_chosen ORDER BY s.only_chosen) FILTER (WHERE s.only_chosen IS NOT NULL), []) AS only_chosen,
    coalesce(list(s.only_other ORDER BY s.only_other) FILTER (WHERE s.only_other IS NOT NULL), []) AS only_other,
    coalesce(list(s.scores ORDER BY s.scores) FILTER (WHERE s.scores IS NOT NULL), []) AS scores
FROM sides AS s
GROUP BY s.board, s.day, s.chosen, s.other
ORDER BY s.board, s.day, s.other
