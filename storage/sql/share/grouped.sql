-- Units of each value: whole ones, and those of the tie group.
SELECT v.ask, v.day, v.first, v.second, sum(v.whole) AS whole, sum(v.part) AS part
FROM valued AS v
GROUP BY v.ask, v.day, v.first, v.second
