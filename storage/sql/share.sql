-- The shares: one row for each question, day and value that occurs.
SELECT p.ask, p.board, p.day, p.published_on, p.captured_at, p.snapshot, p.edition, p.top,
       t.denominator AS "of", p.unit, p.ties, p.rank_by, p.openness_as_of, p.by_value, c.first, c.second,
       c.count, c.count AS low, c.high,
       c.count / t.denominator AS share, c.count / t.denominator AS share_low, c.high / t.denominator AS share_high,
       p.break_before,
       t.unresolved, p.origin, p.content_since
FROM counted AS c
JOIN totals AS t ON t.ask = c.ask AND t.day = c.day
JOIN points AS p ON p.ask = c.ask AND p.day = c.day
ORDER BY p.ask, p.day, c.count DESC, c.first, c.second
