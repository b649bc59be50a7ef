-- Stands for the table entries: the rows that are in both snapshots, with their position among those.
SELECT k.* EXCLUDE (identity) REPLACE (
    CASE WHEN k.position IS NOT NULL
         THEN rank() OVER (PARTITION BY k.snapshot_key, k.position IS NULL ORDER BY k.position) END AS position
)
FROM keyed AS k
WHERE k.identity IN (SELECT c.identity FROM common AS c)
