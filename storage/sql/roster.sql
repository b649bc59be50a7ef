-- Stands for the table `entries` before share.sql: of two snapshots (parameters, twice: one, other) the rows that are in both,
-- with their position among those. A row is the same where release and variant are, or the name where the
-- release is not known.
keyed AS (
    SELECT e.*, lower(coalesce(r.release || ' ' || coalesce(r.variant, ''), n.name)) AS identity
    FROM main.entries AS e
    JOIN names AS n ON n.name_key = e.name_key
    JOIN names_resolved AS r ON r.name_key = e.name_key
    WHERE e.snapshot_key IN (?, ?)
),
common AS (
    SELECT k.identity FROM keyed AS k WHERE k.snapshot_key = ?
    INTERSECT
    SELECT k.identity FROM keyed AS k WHERE k.snapshot_key = ?
),
entries AS (
    SELECT k.* EXCLUDE (identity) REPLACE (
        CASE WHEN k.position IS NOT NULL
             THEN rank() OVER (PARTITION BY k.snapshot_key, k.position IS NULL ORDER BY k.position) END AS position
    )
    FROM keyed AS k
    WHERE k.identity IN (SELECT c.identity FROM common AS c)
)
