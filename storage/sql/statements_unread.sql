-- Printed cells whose meaning is not in `said` yet: (property, printed). Used by storage.statements.
SELECT DISTINCT c.property, c.printed
FROM (
    SELECT 'developer' AS property, n.organization AS printed FROM names AS n
    UNION
    SELECT 'terms', n.licence FROM names AS n
    UNION
    SELECT 'country', n.country FROM names AS n
    UNION
    SELECT 'openness', n.openness FROM names AS n
) AS c
ANTI JOIN said AS s ON s.property = c.property AND s.printed = c.printed
WHERE c.printed IS NOT NULL
ORDER BY ALL
