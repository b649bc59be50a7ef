-- The rows of two points (parameters: the key of the first, its day, the day of the second, both keys) with their
-- identity: release and variant, or the name where the release is not known.
SELECT e.* EXCLUDE (named_on), lower(coalesce(r.release || ' ' || coalesce(r.variant, ''), n.name)) AS identity
FROM (
    SELECT p.*, coalesce(p.released_on, CASE WHEN p.snapshot_key = ? THEN ?::DATE ELSE ?::DATE END) AS named_on
    FROM main.entries AS p
    WHERE p.snapshot_key IN (?, ?)
) AS e
JOIN names AS n ON n.name_key = e.name_key
JOIN names_resolved AS r ON r.name_key = e.name_key AND r.since <= e.named_on AND e.named_on < r.until
