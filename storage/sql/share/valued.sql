-- The value by which each unit is counted; under the rule `multi` a unit has every country of its joint model.
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
