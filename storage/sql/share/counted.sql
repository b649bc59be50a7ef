-- The count of each value, and with every unknown added.
SELECT g.ask, g.day, g.first, g.second,
       CAST(g.whole * t.sharing + g.part * t.places_left AS DOUBLE) / t.sharing AS count,
       CAST(sum(h.whole) * t.sharing + sum(h.part) * t.places_left AS DOUBLE) / t.sharing AS high
FROM grouped AS g
JOIN grouped AS h
    ON h.ask = g.ask AND h.day = g.day
    AND h.first IN (g.first, 'unknown') AND h.second IN (g.second, 'unknown')
JOIN ties AS t ON t.ask = g.ask AND t.day = g.day
GROUP BY g.ask, g.day, g.first, g.second, g.whole, g.part, t.places_left, t.sharing
