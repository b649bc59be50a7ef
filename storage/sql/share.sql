-- The shares of one board, or of many: the one text that every figure comes from. It reads the relation `asked`
-- (ask, board, top, by_value, unit, ties, rank_by, facts, country_rule, open_means, without_operator, as_of, today,
-- every_day), one row for each question, and gives one row for each question, day and value that occurs. Definitions:
-- docs/methodology.md. The tables are series, boards, entries, names_resolved, name_countries and openness.
, points AS (
    SELECT a.ask, a.top, a.by_value, a.unit, a.ties, a.rank_by, a.facts, a.today, a.country_rule, a.open_means,
           CASE WHEN a.without_operator THEN b.operator END AS left_out,
           s.board, s.day, s.published_on, s.captured_at, s.snapshot, s.snapshot_key, s.edition, s.break_before, s.origin,
           b.direction
    FROM asked AS a
    JOIN series AS s ON s.board = a.board AND s.day <= a.as_of
    JOIN boards AS b ON b.board = s.board
    WHERE a.every_day
        OR s.day = (SELECT max(t.day) FROM series AS t WHERE t.board = a.board AND t.day <= a.as_of)
),
-- A row's order is its score in the direction of the board, or its printed rank; without one it has no place.
ordered AS (
    SELECT p.ask, p.top, p.by_value, p.unit, p.ties, p.day, p.snapshot_key, p.rank_by, p.country_rule, p.open_means,
           p.left_out,
           CASE WHEN p.facts = 'now' THEN p.today ELSE p.day END AS facts_day,
           e.row, e.name_key,
           CASE WHEN p.rank_by IN ('printed', 'published_rank_at_most') THEN e.published_rank
                WHEN p.direction = 'lower' THEN e.score
                ELSE -e.score END AS place_key
    FROM entries AS e
    JOIN points AS p ON p.snapshot_key = e.snapshot_key
    -- Counted by row and score, nothing beyond place N can matter: the precomputed position keeps it out.
    WHERE p.unit <> 'entry' OR p.rank_by <> 'score' OR p.left_out IS NOT NULL OR e.position <= p.top
),
facts AS (
    SELECT o.ask, o.top, o.by_value, o.unit, o.ties, o.rank_by, o.country_rule, o.day, o.row, o.name_key, o.place_key,
           CASE WHEN o.unit = 'release' AND r.release IS NOT NULL THEN r.release
                WHEN o.unit = 'developer' AND r.developer IS NOT NULL THEN r.developer
                ELSE '#' || o.row END AS unit_key,
           r.release IS NULL AS is_unresolved,
           coalesce(r.developer, 'unknown') AS developer,
           -- Hong Kong and Macao are CN, unless only the mainland is asked for.
           CASE WHEN o.country_rule = 'mainland_only' AND r.subdivision IS NOT NULL THEN r.subdivision
                ELSE coalesce(r.country, 'unknown') END AS country,
           coalesce(l.value, 'unknown') AS openness,
           CASE WHEN l.value IN ('open_source', 'open_weights') THEN 'open'
                WHEN l.value = 'restricted_weights' THEN CASE o.open_means WHEN 'permissive' THEN 'closed' ELSE 'open' END
                WHEN l.value = 'proprietary' THEN 'closed'
                ELSE coalesce(l.value, 'unknown') END AS open
    FROM ordered AS o
    JOIN names_resolved AS r ON r.name_key = o.name_key
    LEFT JOIN openness AS l
        ON l.name_key = o.name_key AND l.since <= o.facts_day AND o.facts_day < l.until
    WHERE o.place_key IS NOT NULL
        AND (o.unit <> 'developer' OR r.developer IS DISTINCT FROM 'mixed')
        AND (o.left_out IS NULL OR r.developer IS DISTINCT FROM o.left_out)
),
best AS (
    SELECT f.*, row_number() OVER (PARTITION BY f.ask, f.day, f.unit_key ORDER BY f.place_key, f.row) AS nth
    FROM facts AS f
),
placed AS (
    SELECT u.*,
           rank() OVER (PARTITION BY u.ask, u.day ORDER BY u.place_key) AS place,
           count(*) OVER (PARTITION BY u.ask, u.day, u.place_key) AS tied
    FROM best AS u
    WHERE u.nth = 1
),
-- The cut falls in the tie group that holds place N. A row is whole in the top N or in that group; only the group
-- shares places, so counts stay whole numbers until the one division at the end: exact, whatever the order of rows.
cut AS (
    SELECT c.ask, c.by_value, c.country_rule, c.day, c.name_key, c.is_unresolved, c.developer, c.country, c.openness, c.open,
           CASE WHEN c.place + c.tied - 1 <= c.top OR c.ties = 'include' OR c.rank_by = 'published_rank_at_most'
                THEN 1 ELSE 0 END AS whole,
           CASE WHEN c.place + c.tied - 1 > c.top AND c.ties = 'fractional' AND c.rank_by <> 'published_rank_at_most'
                THEN 1 ELSE 0 END AS part,
           CASE WHEN c.place + c.tied - 1 > c.top THEN c.top - c.place + 1 ELSE 0 END AS places_left,
           CASE WHEN c.place + c.tied - 1 > c.top THEN c.tied ELSE 1 END AS sharing
    FROM placed AS c
    -- `published_rank_at_most` takes every row whose printed rank is at most N, however many those are.
    WHERE CASE WHEN c.rank_by = 'published_rank_at_most' THEN c.place_key <= c.top ELSE c.place <= c.top END
),
-- Under the rule `multi` a row has every country of its joint model: such shares do not sum to 1.
valued AS (
    SELECT w.ask, w.day, w.whole, w.part, w.places_left, w.sharing, w.is_unresolved,
           CASE w.by_value
               WHEN 'openness' THEN w.openness
               WHEN 'open' THEN w.open
               WHEN 'developer' THEN w.developer
               ELSE coalesce(m.country, w.country) END AS first,
           CASE w.by_value WHEN 'country,openness' THEN w.openness WHEN 'country,open' THEN w.open ELSE '' END AS second
    FROM cut AS w
    LEFT JOIN name_countries AS m ON w.country_rule = 'multi' AND m.name_key = w.name_key
    WHERE w.whole + w.part > 0
),
grouped AS (
    SELECT v.ask, v.day, v.first, v.second, sum(v.whole) AS whole, sum(v.part) AS part
    FROM valued AS v
    GROUP BY v.ask, v.day, v.first, v.second
),
ties AS (
    SELECT v.ask, v.day, max(v.places_left) AS places_left, max(v.sharing) AS sharing
    FROM valued AS v
    GROUP BY v.ask, v.day
),
totals AS (
    SELECT w.ask, w.day,
           CAST(sum(w.whole) * max(w.sharing) + sum(w.part) * max(w.places_left) AS DOUBLE) / max(w.sharing) AS denominator,
           CAST(sum(CASE WHEN w.is_unresolved THEN w.whole ELSE 0 END) * max(w.sharing)
                + sum(CASE WHEN w.is_unresolved THEN w.part ELSE 0 END) * max(w.places_left) AS DOUBLE)
               / max(w.sharing) AS unresolved
    FROM cut AS w
    WHERE w.whole + w.part > 0
    GROUP BY w.ask, w.day
),
-- An unknown may turn out to be any value: it is left out of `count` and added to `high`.
counted AS (
    SELECT g.ask, g.day, g.first, g.second,
           CAST(g.whole * t.sharing + g.part * t.places_left AS DOUBLE) / t.sharing AS count,
           CAST(sum(h.whole) * t.sharing + sum(h.part) * t.places_left AS DOUBLE) / t.sharing AS high
    FROM grouped AS g
    JOIN grouped AS h
        ON h.ask = g.ask AND h.day = g.day
        AND h.first IN (g.first, 'unknown') AND h.second IN (g.second, 'unknown')
    JOIN ties AS t ON t.ask = g.ask AND t.day = g.day
    GROUP BY g.ask, g.day, g.first, g.second, g.whole, g.part, t.places_left, t.sharing
)
SELECT p.ask, p.board, p.day, p.published_on, p.captured_at, p.snapshot, p.edition, p.top,
       t.denominator AS "of", p.unit, p.ties, p.rank_by, p.facts, p.by_value, c.first, c.second,
       c.count, c.count AS low, c.high,
       c.count / t.denominator AS share, c.count / t.denominator AS share_low, c.high / t.denominator AS share_high,
       p.break_before,
       t.unresolved, p.origin
FROM counted AS c
JOIN totals AS t ON t.ask = c.ask AND t.day = c.day
JOIN points AS p ON p.ask = c.ask AND p.day = c.day
ORDER BY p.ask, p.day, c.count DESC, c.first, c.second
