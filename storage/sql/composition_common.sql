-- How many rows two points (snapshot key and day: parameters 1 and 2, 3 and 4) do not share and share: dropped, added,
-- common. A row is the same where release and variant are, or the name where the release is not known.
WITH keyed AS (
    SELECT DISTINCT p.is_first, lower(coalesce(r.release || ' ' || coalesce(r.variant, ''), n.name)) AS identity
    FROM (VALUES (true, $1, $2::DATE), (false, $3, $4::DATE)) AS p(is_first, snapshot_key, day)
    JOIN entries AS e ON e.snapshot_key = p.snapshot_key
    JOIN names AS n ON n.name_key = e.name_key
    JOIN names_resolved AS r
        ON r.name_key = e.name_key AND r.since <= coalesce(e.released_on, p.day) AND coalesce(e.released_on, p.day) < r.until
),
sides AS (
    SELECT k.identity, bool_or(k.is_first) AS was, bool_or(NOT k.is_first) AS is_there
    FROM keyed AS k
    GROUP BY k.identity
)
SELECT
    count(*) FILTER (WHERE NOT s.is_there), count(*) FILTER (WHERE NOT s.was), count(*) FILTER (WHERE s.was AND s.is_there)
FROM sides AS s
