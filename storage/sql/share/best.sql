-- Which row of each unit is its best.
SELECT f.*, row_number() OVER (PARTITION BY f.ask, f.day, f.unit_key ORDER BY f.place_key, f.row) AS nth
FROM resolved AS f
