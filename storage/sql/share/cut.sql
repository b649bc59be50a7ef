-- The units in the top N, and how much of each: the tie group that holds place N shares the places left.
SELECT c.ask, c.by_value, c.country_rule, c.day, c.name_key, c.is_unresolved, c.developer, c.country, c.openness, c.open,
       CASE WHEN c.place + c.tied - 1 <= c.top OR c.ties = 'include' OR c.rank_by = 'published_rank_at_most'
            THEN 1 ELSE 0 END AS whole,
       CASE WHEN c.place + c.tied - 1 > c.top AND c.ties = 'fractional' AND c.rank_by <> 'published_rank_at_most'
            THEN 1 ELSE 0 END AS part,
       CASE WHEN c.place + c.tied - 1 > c.top THEN c.top - c.place + 1 ELSE 0 END AS places_left,
       CASE WHEN c.place + c.tied - 1 > c.top THEN c.tied ELSE 1 END AS sharing
FROM placed AS c
-- `published_rank_at_most` takes every row whose published rank is at most N, however many those are.
WHERE CASE WHEN c.rank_by = 'published_rank_at_most' THEN c.place_key <= c.top ELSE c.place <= c.top END
