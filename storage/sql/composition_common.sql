-- How many rows two snapshots (parameters 1 and 2) do not share and share: dropped, added, common. A row is the same
-- where release and variant are, or the name where the release is not known.
WITH keyed AS (
    SELECT DISTINCT
        e.snapshot_key, lower(coalesce(r.release || ' ' || coalesce(r.variant, ''), n.name)) AS identity
    FROM entries AS e
    JOIN names AS n ON n.name_key = e.name_key
    JOIN names_resolved AS r ON r.name_key = e.name_key
    WHERE e.snapshot_key IN ($1, $2)
),
sides AS (
    SELECT k.identity, bool_or(k.snapshot_key = $1) AS was, bool_or(k.snapshot_key = $2) AS is_there
    FROM keyed AS k
    GROUP BY k.identity
)
SELECT
    count(*) FILTER (WHERE NOT s.is_there), count(*) FILTER (WHERE NOT s.was), count(*) FILTER (WHERE s.was AND s.is_there)
FROM sides AS s
