-- Which points of a series each question is about: the newest by its day, or every one up to it.
SELECT a.ask, a.top, a.by_value, a.unit, a.ties, a.rank_by, a.openness_as_of, a.today, a.country_rule, a.open_means,
       CASE WHEN a.without_operator THEN b.operator END AS left_out,
       s.board, s.day, s.published_on, s.captured_at, s.snapshot, s.snapshot_key, s.edition, s.break_before, s.origin,
       s.content_since,
       b.direction
FROM asked AS a
JOIN series AS s ON s.board = a.board AND s.day <= a.as_of
JOIN boards AS b ON b.board = s.board
WHERE a.every_day
    OR s.day = (SELECT max(t.day) FROM series AS t WHERE t.board = a.board AND t.day <= a.as_of)
