-- Moves the temporary tables `heads` and `cells` (a batch of snapshots) into snapshots, names and entries.
-- Used by storage.database.
DELETE FROM heads WHERE heads.snapshot IN (SELECT snapshots.snapshot FROM snapshots);

INSERT INTO snapshots (
    snapshot_key, snapshot, board, content, published_on, rows, scored, different, filled, name_sample, lowest, highest
)
SELECT
    (SELECT coalesce(max(snapshots.snapshot_key), 0) FROM snapshots) + row_number() OVER (ORDER BY heads.snapshot),
    heads.snapshot, heads.board, heads.content, heads.published_on, heads.rows,
    heads.scored, heads.different, heads.filled, heads.name_sample, heads.lowest, heads.highest
FROM heads;

INSERT INTO names (name_key, name, organization, licence, country, openness, models)
SELECT
    (SELECT coalesce(max(names.name_key), 0) FROM names)
        + row_number() OVER (ORDER BY fresh.name, fresh.organization, fresh.licence, fresh.country, fresh.openness, fresh.models),
    fresh.name, fresh.organization, fresh.licence, fresh.country, fresh.openness, fresh.models
FROM (
    SELECT DISTINCT cells.name, cells.organization, cells.licence, cells.country, cells.openness, cells.models
    FROM cells
    JOIN heads ON heads.snapshot = cells.snapshot
    EXCEPT
    SELECT names.name, names.organization, names.licence, names.country, names.openness, names.models FROM names
) AS fresh;

INSERT INTO entries (snapshot_key, row, name_key, rank, score, score_low, score_high, published_rank, votes, released_on)
SELECT
    snapshots.snapshot_key, cells.row, names.name_key,
    CASE WHEN cells.score IS NOT NULL THEN
        rank() OVER (
            PARTITION BY cells.snapshot, cells.score IS NULL
            ORDER BY CASE WHEN boards.direction = 'lower' THEN cells.score ELSE -cells.score END
        )
    END,
    cells.score, cells.score_low, cells.score_high, cells.published_rank, cells.votes, cells.released_on
FROM cells
JOIN heads ON heads.snapshot = cells.snapshot
JOIN snapshots ON snapshots.snapshot = cells.snapshot
JOIN boards ON boards.board = snapshots.board
JOIN names
    ON names.name = cells.name
    AND names.organization IS NOT DISTINCT FROM cells.organization
    AND names.licence IS NOT DISTINCT FROM cells.licence
    AND names.country IS NOT DISTINCT FROM cells.country
    AND names.openness IS NOT DISTINCT FROM cells.openness
    AND names.models IS NOT DISTINCT FROM cells.models
ORDER BY snapshots.snapshot_key, cells.row;
