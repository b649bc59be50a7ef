-- The rows of those points with what they are ordered by: the score in the direction of the board, or the published
-- rank; a row without one has no place. A name means what it meant when the model came out, or on the day of the point.
SELECT p.ask, p.top, p.by_value, p.unit, p.ties, p.day, p.snapshot_key, p.rank_by, p.country_rule, p.open_means,
       p.left_out,
       CASE WHEN p.openness_as_of = 'today' THEN p.today ELSE p.day END AS openness_day,
       e.row, e.name_key, coalesce(e.released_on, p.day) AS named_on,
       CASE WHEN p.rank_by IN ('published_rank', 'published_rank_at_most') THEN e.published_rank
            WHEN p.direction = 'lower' THEN e.score
            ELSE -e.score END AS place_key
FROM entries AS e
JOIN points AS p ON p.snapshot_key = e.snapshot_key
-- Counted by row and score, nothing beyond place N can matter: the precomputed rank keeps it out.
WHERE p.unit <> 'entry' OR p.rank_by <> 'score' OR p.left_out IS NOT NULL OR e.rank <= p.top
