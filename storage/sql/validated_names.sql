-- Which landmarks stand in which snapshot: (snapshot_key, name). Used by judge; the parameters are boards and, beside each,
-- a name that the board is expected to have.
SELECT DISTINCT e.snapshot_key, n.name
FROM (SELECT unnest(?::VARCHAR[]) AS board, unnest(?::VARCHAR[]) AS name) AS l
JOIN names AS n ON n.name = l.name
JOIN entries AS e ON e.name_key = n.name_key
JOIN snapshots AS s ON s.snapshot_key = e.snapshot_key AND s.board = l.board
