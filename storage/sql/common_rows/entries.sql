-- Stands for the table entries: the rows that are in both snapshots, with their rank among those.
SELECT k.* EXCLUDE (identity) REPLACE (
    CASE WHEN k.rank IS NOT NULL
         THEN rank() OVER (PARTITION BY k.snapshot_key, k.rank IS NULL ORDER BY k.rank) END AS rank
)
FROM keyed AS k
WHERE k.identity IN (SELECT c.identity FROM common AS c)
