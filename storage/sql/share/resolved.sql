-- The rows with what they are counted as and by: unit, country, openness, developer.
SELECT o.ask, o.top, o.by_value, o.unit, o.ties, o.rank_by, o.country_rule, o.day, o.row, o.name_key, o.named_on, o.place_key,
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
JOIN names_resolved AS r ON r.name_key = o.name_key AND r.since <= o.named_on AND o.named_on < r.until
LEFT JOIN openness AS l
    ON l.name_key = o.name_key AND l.meant_since = r.since AND l.since <= o.openness_day AND o.openness_day < l.until
WHERE o.place_key IS NOT NULL
    AND (o.unit <> 'developer' OR r.developer IS DISTINCT FROM 'mixed')
    AND (o.left_out IS NULL OR r.developer IS DISTINCT FROM o.left_out)
