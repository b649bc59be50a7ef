-- Names that a board gave up between neighbouring points, with the new name that took over their votes and score. Used by
-- `tracker registry renames`; parameter 1 is a board or NULL. Where a board prints votes, a heir has nearly the same votes (within
-- 6 %) and score (within 0.4 % of the board's range); else the very same score, which no third name shares, unless both are
-- known to be two releases. Each is the other's nearest, and the points are at most 92 days apart. Nothing is resolved by
-- this: a person reads it.
WITH neighbours AS (
    SELECT
        s.board, s.day,
        lag(s.day) OVER board_order AS day_before,
        lag(s.snapshot_key) OVER board_order AS key_before
    FROM series AS s
    WHERE $1 IS NULL OR s.board = $1
    WINDOW board_order AS (PARTITION BY s.board ORDER BY s.day)
),
rows_of AS (
    SELECT s.board, s.day, n.name, r.release, e.votes, e.score
    FROM series AS s
    JOIN entries AS e ON e.snapshot_key = s.snapshot_key
    JOIN names AS n ON n.name_key = e.name_key
    JOIN names_resolved AS r
        ON r.name_key = e.name_key AND r.since <= coalesce(e.released_on, s.day) AND coalesce(e.released_on, s.day) < r.until
    WHERE e.score IS NOT NULL
),
gone AS (
    SELECT n.board, n.day, n.day_before, o.name, o.release, o.votes, o.score,
        0.004 * (s.highest - s.lowest) AS allowed
    FROM neighbours AS n
    JOIN rows_of AS o ON o.board = n.board AND o.day = n.day_before
    JOIN snapshots AS s ON s.snapshot_key = n.key_before
    ANTI JOIN rows_of AS still ON still.board = n.board AND still.day = n.day AND still.name = o.name
),
come AS (
    SELECT n.board, n.day, c.name, c.release, c.votes, c.score
    FROM neighbours AS n
    JOIN rows_of AS c ON c.board = n.board AND c.day = n.day
    ANTI JOIN rows_of AS already ON already.board = n.board AND already.day = n.day_before AND already.name = c.name
    WHERE n.day - n.day_before <= 92
),
pairs AS (
    SELECT
        g.board, g.day_before, g.day, g.name AS old, c.name AS new, g.release AS old_release, c.release AS new_release,
        g.votes AS votes_old, c.votes AS votes_new, g.score AS score_old, c.score AS score_new,
        coalesce(abs(c.votes - g.votes) / g.votes, 0) + abs(c.score - g.score) / nullif(g.allowed, 0) AS distance,
        g.votes IS NULL OR c.votes IS NULL AS by_score_alone
    FROM gone AS g
    JOIN come AS c ON c.board = g.board AND c.day = g.day
    WHERE CASE
        WHEN g.votes > 0 AND c.votes > 0
            THEN abs(c.votes - g.votes) <= 0.06 * g.votes AND abs(c.score - g.score) <= g.allowed
        ELSE c.score = g.score
    END
),
ranked AS (
    SELECT
        p.*,
        row_number() OVER (PARTITION BY p.board, p.day, p.old ORDER BY p.distance, p.new) AS nth_heir,
        row_number() OVER (PARTITION BY p.board, p.day, p.new ORDER BY p.distance, p.old) AS nth_parent,
        count(*) OVER (PARTITION BY p.board, p.day, p.old) + count(*) OVER (PARTITION BY p.board, p.day, p.new) AS claims
    FROM pairs AS p
)
SELECT
    k.board, k.day_before, k.day, k.old, k.new, k.votes_old, k.votes_new, k.score_old, k.score_new,
    k.old_release, k.new_release,
    CASE
        WHEN k.old_release = k.new_release THEN 'same release'
        WHEN k.old_release IS NULL AND k.new_release IS NULL THEN 'neither is resolved'
        WHEN k.old_release IS NULL OR k.new_release IS NULL THEN 'one is not resolved'
        ELSE 'resolved to two releases'
    END AS state
FROM ranked AS k
WHERE k.nth_heir = 1 AND k.nth_parent = 1 AND (NOT k.by_score_alone OR (k.claims = 2 AND coalesce(k.old_release = k.new_release, true)))
ORDER BY k.board, k.day, k.old
