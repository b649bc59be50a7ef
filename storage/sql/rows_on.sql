-- Every row of a board at its newest point on or before a day, with its facts on another day: the rows that
-- tracker/changes/row_matching.py compares. Values: board, day, day of the facts (NULL: that of the point).
SELECT s.day, s.snapshot, s.edition, s.break_before, e.row, e.name_key, n.name, n.organization, e.rank, e.score,
       e.published_rank, e.votes, r.release, r.variant, r.developer, r.country, r.subdivision,
       (SELECT list(m.country ORDER BY m.country) FROM name_countries AS m WHERE m.name_key = e.name_key) AS countries,
       l.value AS openness
FROM series AS s
JOIN entries AS e ON e.snapshot_key = s.snapshot_key
JOIN names AS n ON n.name_key = e.name_key
JOIN names_resolved AS r
    ON r.name_key = e.name_key AND r.since <= coalesce(e.released_on, s.day) AND coalesce(e.released_on, s.day) < r.until
LEFT JOIN openness AS l
    ON l.name_key = e.name_key AND l.meant_since = r.since AND l.since <= coalesce($3, s.day) AND coalesce($3, s.day) < l.until
WHERE s.board = $1 AND s.day = (SELECT max(t.day) FROM series AS t WHERE t.board = $1 AND t.day <= $2)
ORDER BY e.row
