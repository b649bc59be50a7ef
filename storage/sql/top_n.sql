-- The units of the cut, one by one: what is listed is what was counted. A tie group at the cut is whole here.
SELECT c.ask, p.snapshot, p.day, c.row, c.name_key, n.name, c.place, c.tied, e.score, e.published_rank, r.release,
       c.developer, c.country, c.openness, c.open,
       CASE WHEN c.country_rule = 'multi'
            THEN (SELECT list(m.country ORDER BY m.country) FROM name_countries AS m WHERE m.name_key = c.name_key)
       END AS countries,
       e.score_low, e.score_high
FROM placed AS c
JOIN points AS p ON p.ask = c.ask AND p.day = c.day
JOIN entries AS e ON e.snapshot_key = p.snapshot_key AND e.row = c.row
JOIN names AS n ON n.name_key = c.name_key
JOIN names_resolved AS r ON r.name_key = c.name_key AND r.since <= c.named_on AND c.named_on < r.until
WHERE CASE WHEN c.rank_by = 'published_rank_at_most' THEN c.place_key <= c.top ELSE c.place <= c.top END
ORDER BY c.ask, c.place, c.row
