-- Published cells whose meaning is not in `wordings` yet: (property, published). Used by storage.statements.
SELECT DISTINCT c.property, c.published
FROM (
    SELECT 'developer' AS property, n.organization AS published FROM names AS n
    UNION
    SELECT 'terms', n.licence FROM names AS n
    UNION
    SELECT 'country', n.country FROM names AS n
    UNION
    SELECT 'openness', n.openness FROM names AS n
) AS c
ANTI JOIN wordings AS s ON s.property = c.property AND s.published = c.published
WHERE c.published IS NOT NULL
ORDER BY ALL
