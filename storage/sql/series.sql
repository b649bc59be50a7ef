-- What each provider showed of each board on each day (of several snapshots the last observation), and the series: one
-- point for each board and day, from the most trusted accepted provider. Where editions do not compare, the newest edition
-- is the board: an older one that is corrected later gives no point. Editions sort by their name. Run at publish.
CREATE OR REPLACE TABLE snapshots_by_provider AS
WITH seen AS (
    SELECT
        s.board, s.snapshot_key, s.snapshot, s.published_on, s.rows, g.capture, g.seen_at, g.source, g.role, g.edition,
        coalesce(w.trust, 1000000) AS trust, coalesce(o.strength, 1000000) AS strength
    FROM snapshots AS s
    JOIN observations AS g ON g.snapshot_key = s.snapshot_key
    LEFT JOIN captures AS c ON c.capture = g.capture
    LEFT JOIN origins AS o ON o.origin = c.origin
    LEFT JOIN board_providers AS w ON w.board = s.board AND w.source = g.source AND w.role = g.role
    WHERE s.state = 'accepted'
),
-- A board without a published day has a new point whenever its content changes, also when it changes back.
turns AS (
    SELECT
        seen.*,
        lag(seen.snapshot_key) OVER provider_order IS DISTINCT FROM seen.snapshot_key AS is_turn
    FROM seen
    WINDOW provider_order AS (PARTITION BY seen.board, seen.source, seen.published_on IS NULL ORDER BY seen.seen_at, seen.snapshot)
),
islands AS (
    SELECT
        turns.*,
        sum(CASE WHEN turns.is_turn THEN 1 ELSE 0 END)
            OVER (PARTITION BY turns.board, turns.source, turns.published_on IS NULL ORDER BY turns.seen_at, turns.snapshot
                  ROWS UNBOUNDED PRECEDING) AS island
    FROM turns
),
shown AS (
    SELECT
        islands.board, islands.snapshot_key, islands.snapshot, islands.published_on, islands.rows, islands.source,
        CASE WHEN islands.published_on IS NULL THEN islands.island END AS island,
        min(islands.seen_at) AS captured_at,
        max(islands.seen_at) AS last_seen_at,
        min(islands.trust) AS trust,
        min(islands.strength) AS strength,
        arg_min(islands.capture, (islands.strength, islands.seen_at, islands.trust, islands.capture)) AS capture,
        arg_min(islands.edition, (islands.trust, islands.seen_at, islands.capture)) AS edition
    FROM islands
    GROUP BY ALL
),
-- Some boards give a day only to editions that are over (LiveBench: the eve of the next). Where one was seen while it was
-- the newest, what it was turned into afterwards does not stand in for that.
dated AS (
    SELECT shown.*, coalesce(least(shown.published_on, shown.captured_at::DATE), shown.captured_at::DATE) AS day
    FROM shown
    LEFT JOIN boards AS b ON b.board = shown.board
    WHERE b.editions_comparable IS NOT FALSE
        OR shown.published_on IS NULL
        OR NOT EXISTS (
            SELECT 1 FROM shown AS live
            WHERE live.board = shown.board AND live.edition = shown.edition AND live.published_on IS NULL
        )
),
-- Figures that somebody typed never stand before bytes of the same page: they are a provider of their own, the last.
ranked AS (
    SELECT dated.*, o.origin, coalesce(o.origin = 'transcribed', false) AS is_typed
    FROM dated
    LEFT JOIN origins AS o ON o.strength = dated.strength
),
last_of_day AS (
    SELECT
        dated.*,
        row_number() OVER (
            PARTITION BY dated.board, dated.day, dated.source, dated.is_typed
            ORDER BY
                dated.trust, CASE WHEN NOT b.editions_comparable THEN dated.edition END DESC NULLS LAST,
                dated.last_seen_at DESC, dated.snapshot
        ) AS nth
    FROM ranked AS dated
    LEFT JOIN boards AS b ON b.board = dated.board
)
SELECT
    l.board, l.day, l.source, l.snapshot_key, l.snapshot, l.published_on, l.edition, l.rows, l.capture, l.captured_at,
    l.last_seen_at, l.origin,
    row_number() OVER (
        PARTITION BY l.board, l.day ORDER BY l.trust, l.is_typed, l.last_seen_at DESC, l.snapshot, l.source
    ) AS choice
FROM last_of_day AS l
WHERE l.nth = 1
ORDER BY l.board, l.day, choice;
COMMENT ON TABLE snapshots_by_provider IS 'One row for each board, day and source that showed it (figures that somebody typed stand apart from bytes); choice 1 is the one that stands in the series (unless a newer edition came before)';

CREATE OR REPLACE TABLE series AS
WITH newest AS (
    SELECT
        w.*,
        coalesce(
            NOT b.editions_comparable AND w.edition < max(w.edition) OVER (
                PARTITION BY w.board ORDER BY w.day ROWS UNBOUNDED PRECEDING
            ),
            false
        ) AS superseded
    FROM snapshots_by_provider AS w
    LEFT JOIN boards AS b ON b.board = w.board
    WHERE w.choice = 1
),
chosen AS (
    SELECT
        n.board, n.day, n.snapshot_key, n.snapshot, n.published_on, n.edition, n.rows, n.source, n.capture,
        n.captured_at, n.last_seen_at, n.origin,
        lag(n.day) OVER (PARTITION BY n.board ORDER BY n.day) AS day_before,
        lag(n.edition) OVER (PARTITION BY n.board ORDER BY n.day) AS edition_before
    FROM newest AS n
    WHERE NOT n.superseded
),
broken AS (
    SELECT reasons.board, reasons.day, string_agg(reasons.reason, '; ' ORDER BY reasons.at, reasons.reason) AS break_before
    FROM (
        SELECT c.board, c.day, b.day AS at, b.reason
        FROM chosen AS c
        JOIN breaks AS b ON b.board = c.board AND b.day > c.day_before AND b.day <= c.day
        UNION ALL
        SELECT c.board, c.day, c.day AS at, 'new edition ' || c.edition || ' after ' || c.edition_before AS reason
        FROM chosen AS c
        JOIN boards AS d ON d.board = c.board
        WHERE NOT d.editions_comparable AND c.edition <> c.edition_before
        UNION ALL
        SELECT c.board, c.day, r.day AS at, r.reason
        FROM chosen AS c
        JOIN roster_cuts AS r ON r.board = c.board AND r.source = c.source AND r.day > c.day_before AND r.day <= c.day
    ) AS reasons
    GROUP BY reasons.board, reasons.day
)
SELECT
    c.board, c.day, c.snapshot_key, c.snapshot, c.published_on, c.edition, c.rows, c.source, c.capture, c.captured_at,
    c.last_seen_at, c.origin, x.break_before
FROM chosen AS c
LEFT JOIN broken AS x ON x.board = c.board AND x.day = c.day
ORDER BY c.board, c.day;
COMMENT ON TABLE series IS 'One row for each board and day: the accepted snapshot that stands for it, when it was first seen, the capture that is nearest to the publisher and its origin, and the break between it and the point before (declared, a new edition, or a roster that was cut)';
