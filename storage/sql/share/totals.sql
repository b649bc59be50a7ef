-- The denominator of each question and day, and how many of its units have no registered release.
SELECT w.ask, w.day,
       CAST(sum(w.whole) * max(w.sharing) + sum(w.part) * max(w.places_left) AS DOUBLE) / max(w.sharing) AS denominator,
       CAST(sum(CASE WHEN w.is_unresolved THEN w.whole ELSE 0 END) * max(w.sharing)
            + sum(CASE WHEN w.is_unresolved THEN w.part ELSE 0 END) * max(w.places_left) AS DOUBLE)
           / max(w.sharing) AS unresolved
FROM cut AS w
WHERE w.whole + w.part > 0
GROUP BY w.ask, w.day
