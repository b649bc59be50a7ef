-- The rows of two snapshots (parameters) with their identity: release and variant, or the name where the release is
-- not known.
SELECT e.*, lower(coalesce(r.release || ' ' || coalesce(r.variant, ''), n.name)) AS identity
FROM main.entries AS e
JOIN names AS n ON n.name_key = e.name_key
JOIN names_resolved AS r ON r.name_key = e.name_key
WHERE e.snapshot_key IN (?, ?)
