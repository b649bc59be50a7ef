-- Each unit by its best row, with its place; tied units share it.
SELECT u.*,
       rank() OVER (PARTITION BY u.ask, u.day ORDER BY u.place_key) AS place,
       count(*) OVER (PARTITION BY u.ask, u.day, u.place_key) AS tied
FROM best AS u
WHERE u.nth = 1
