-- How many places the tie group shares, among how many.
SELECT v.ask, v.day, max(v.places_left) AS places_left, max(v.sharing) AS sharing
FROM valued AS v
GROUP BY v.ask, v.day
