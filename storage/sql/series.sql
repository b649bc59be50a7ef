-- The series: one point for each board and day. Run at publish, in three steps, each a table below:
--   contents_by_provider   what each provider showed, from when to when
--   snapshots_by_provider  what each provider showed last on each day
--   series                 the most trusted provider that is present on the day
-- No step looks ahead: what stands on a day was captured by then, or dated by its publisher.
CREATE OR REPLACE TABLE contents_by_provider AS
WITH seen AS (
    SELECT
        s.board, s.snapshot_key, s.snapshot, s.published_on, s.rows, g.capture, g.seen_at, g.source, g.edition,
        g.newest_row,
        -- A page's "last updated" line dates nothing, nor does a day that was still to come when the rows were first seen.
        coalesce(
            coalesce(w.dates_content, true) AND s.published_on <= (min(g.seen_at) OVER (PARTITION BY s.snapshot_key))::DATE,
            false
        ) AS is_dated,
        CASE WHEN w.page_set THEN '' ELSE g.role END AS page,
        -- Editions that do not compare are told apart: each has contents of its own.
        CASE WHEN NOT b.editions_comparable THEN g.edition END AS own_edition,
        coalesce(w.trust, 1000000) AS trust, coalesce(o.strength, 1000000) AS strength,
        -- The pages that one run fetches within some seconds were seen at one moment.
        CASE WHEN c.run_id <> 'import' THEN max(g.seen_at) OVER (PARTITION BY s.board, g.source, c.run_id)
             ELSE g.seen_at END AS moment,
        -- Of two captures of one second, the one whose content is the later, as far as the page or the server says.
        coalesce(
            try_strptime(c.last_modified, '%a, %d %b %Y %H:%M:%S GMT'), s.published_on::TIMESTAMP,
            g.newest_row::TIMESTAMP, TIMESTAMP '0001-01-01'
        ) AS content_time
    FROM snapshots AS s
    JOIN observations AS g ON g.snapshot_key = s.snapshot_key
    LEFT JOIN captures AS c ON c.capture = g.capture
    LEFT JOIN origins AS o ON o.origin = c.origin
    LEFT JOIN boards AS b ON b.board = s.board
    LEFT JOIN board_providers AS w ON w.board = s.board AND w.source = g.source AND w.role = g.role
    WHERE s.state = 'accepted' AND (s.believed_from IS NULL OR g.seen_at >= s.believed_from)
),
-- Several pages of a provider at one moment: the most trusted speaks for it. Boards grow, so where nothing
-- else says which of two is the later, it is the one with more rows.
spoken AS (
    SELECT seen.*, count(DISTINCT seen.snapshot_key) OVER of_moment > 1 AS is_contested
    FROM seen
    WHERE NOT seen.is_dated
    WINDOW of_moment AS (PARTITION BY seen.board, seen.source, seen.own_edition, seen.moment)
    QUALIFY row_number() OVER (
        PARTITION BY
            seen.board, seen.source, seen.own_edition, seen.moment, seen.page, seen.seen_at, seen.content_time, seen.rows,
            seen.snapshot
        ORDER BY seen.strength, seen.capture
    ) = 1
        AND seen.trust = min(seen.trust) OVER of_moment
),
-- A page that says again what it said before is no news: another page may have brought something newer in between.
compared AS (
    SELECT
        spoken.*,
        spoken.is_contested OR lag(spoken.snapshot_key) OVER (
            PARTITION BY spoken.board, spoken.source, spoken.own_edition, spoken.page
            ORDER BY spoken.moment, spoken.content_time, spoken.rows, spoken.snapshot DESC
        ) IS DISTINCT FROM spoken.snapshot_key AS is_news
    FROM spoken
),
-- A board without a day of its own has a new point whenever its content changes, also when it changes back.
turns AS (
    SELECT
        compared.*,
        compared.is_news AND last_value(CASE WHEN compared.is_news THEN compared.snapshot_key END IGNORE NULLS) OVER (
            provider_order ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) IS DISTINCT FROM compared.snapshot_key AS is_turn
    FROM compared
    WINDOW provider_order AS (
        PARTITION BY compared.board, compared.source, compared.own_edition
        ORDER BY compared.moment, compared.content_time, compared.rows, compared.snapshot DESC
    )
),
numbered AS (
    SELECT
        turns.*,
        count(*) FILTER (WHERE turns.is_turn) OVER (
            PARTITION BY turns.board, turns.source, turns.own_edition
            ORDER BY turns.moment, turns.content_time, turns.rows, turns.snapshot DESC
            ROWS UNBOUNDED PRECEDING
        ) AS turn
    FROM turns
),
current_contents AS (
    SELECT
        numbered.* EXCLUDE (is_contested, is_news, is_turn),
        min(numbered.moment) OVER (PARTITION BY numbered.board, numbered.source, numbered.own_edition, numbered.turn) AS turned_at
    FROM numbered
    QUALIFY numbered.snapshot_key = first_value(numbered.snapshot_key) OVER (
        PARTITION BY numbered.board, numbered.source, numbered.own_edition, numbered.turn
        ORDER BY numbered.is_turn DESC
    )
),
shown AS (
    SELECT
        s.board, s.snapshot_key, s.snapshot, s.published_on, s.rows, s.source, s.is_dated, s.own_edition, s.turn,
        min(s.seen_at) AS captured_at,
        max(s.seen_at) AS last_seen_at,
        -- When this became the provider's newest word: a version of a dated day is the newest as long as it is seen.
        max(CASE WHEN s.is_dated THEN s.moment ELSE s.turned_at END) AS moment,
        max(s.content_time) AS content_time,
        min(s.trust) AS trust,
        min(s.strength) AS strength,
        max(s.newest_row) AS newest_row,
        arg_min(s.capture, (s.strength, s.seen_at, s.trust, s.capture)) AS capture,
        arg_min(s.edition, (s.trust, s.seen_at, s.capture)) AS edition
    FROM (
        FROM current_contents
        UNION ALL BY NAME
        SELECT seen.*, 0 AS turn, NULL::TIMESTAMP AS turned_at FROM seen WHERE seen.is_dated
    ) AS s
    GROUP BY ALL
)
SELECT
    n.board, n.source, n.snapshot_key, n.snapshot, n.published_on, n.edition, n.rows, n.is_dated,
    CASE WHEN n.is_dated THEN n.published_on ELSE n.captured_at::DATE END AS day,
    n.capture, n.captured_at, n.last_seen_at, n.moment, n.content_time, n.trust, n.newest_row, o.origin,
    coalesce(o.origin = 'transcribed', false) AS is_typed
FROM shown AS n
LEFT JOIN origins AS o ON o.strength = n.strength
LEFT JOIN boards AS b ON b.board = n.board
-- Some boards date only editions that are over (LiveBench: the eve of the next). Where one was seen while it was the
-- newest, what it was turned into afterwards does not stand in for that.
WHERE b.editions_comparable IS NOT FALSE
    OR NOT n.is_dated
    OR NOT EXISTS (
        SELECT 1 FROM shown AS live
        WHERE live.board = n.board AND live.edition = n.edition AND NOT live.is_dated
            AND live.captured_at::DATE <= n.published_on
    );
COMMENT ON TABLE contents_by_provider IS 'One row for each content that a provider (source) showed of a board: from when to when it was seen, and the day on which it stands';

CREATE OR REPLACE TABLE snapshots_by_provider AS
WITH last_of_day AS (
    SELECT c.*, min(c.trust) OVER (PARTITION BY c.board, c.source) AS source_trust
    FROM contents_by_provider AS c
    LEFT JOIN boards AS b ON b.board = c.board
    -- Figures that somebody typed stand apart from the bytes of the same page, behind them.
    QUALIFY row_number() OVER (
        PARTITION BY c.board, c.day, c.source, c.is_typed
        ORDER BY
            CASE WHEN NOT b.editions_comparable THEN c.edition END DESC NULLS LAST,
            c.moment DESC, c.trust, c.content_time DESC, c.rows DESC, c.snapshot
    ) = 1
),
-- Of each provider and each more trusted one: the newest day of the other by then.
newest_of_others AS (
    SELECT p.board, p.source, p.day, max(q.day) AS day_of_other
    FROM (
        SELECT DISTINCT a.board, a.source, a.day, z.source AS other
        FROM last_of_day AS a
        JOIN (SELECT DISTINCT l.board, l.source, l.source_trust FROM last_of_day AS l) AS z
            ON z.board = a.board AND z.source_trust < a.source_trust
    ) AS p
    ASOF JOIN last_of_day AS q ON q.board = p.board AND q.source = p.other AND q.day <= p.day
    GROUP BY p.board, p.source, p.day
)
SELECT
    l.board, l.day, l.source, l.snapshot_key, l.snapshot, l.published_on, l.edition, l.rows, l.capture, l.captured_at,
    l.last_seen_at, l.newest_row, l.origin,
    row_number() OVER (PARTITION BY l.board, l.day ORDER BY l.source_trust, l.is_typed, l.source) AS choice,
    coalesce(l.day - o.day_of_other > coalesce(b.bridge_days, 60), true) AS is_present
FROM last_of_day AS l
LEFT JOIN boards AS b ON b.board = l.board
LEFT JOIN newest_of_others AS o ON o.board = l.board AND o.source = l.source AND o.day = l.day
ORDER BY l.board, l.day, choice;
COMMENT ON TABLE snapshots_by_provider IS 'One row for each board, day and source that showed it (figures that somebody typed stand apart from bytes), the most trusted first (choice 1); is_present: no more trusted source has a point within the bridge before it, so that this one may stand in the series';

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
    WHERE w.choice = 1 AND w.is_present
),
chosen AS (
    SELECT
        n.board, n.day, n.snapshot_key, n.snapshot, n.published_on, n.edition, n.rows, n.source, n.capture,
        n.captured_at, n.last_seen_at, n.newest_row, n.origin,
        lag(n.day) OVER board_order AS day_before,
        lag(n.edition) OVER board_order AS edition_before,
        lag(n.source) OVER board_order AS source_before
    FROM newest AS n
    WHERE NOT n.superseded
    WINDOW board_order AS (PARTITION BY n.board ORDER BY n.day)
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
        SELECT c.board, c.day, c.day AS at, 'provider ' || c.source || ' after ' || c.source_before AS reason
        FROM chosen AS c
        WHERE c.source <> c.source_before
        UNION ALL
        SELECT c.board, c.day, r.day AS at, r.reason
        FROM chosen AS c
        JOIN roster_cuts AS r ON r.board = c.board AND r.source = c.source AND r.day > c.day_before AND r.day <= c.day
    ) AS reasons
    GROUP BY reasons.board, reasons.day
),
-- The first day on which these very rows were seen anywhere, under whatever date.
first_days AS (
    SELECT s.board, coalesce(s.content, s.snapshot) AS content, min(p.day) AS day
    FROM contents_by_provider AS p
    JOIN snapshots AS s ON s.snapshot_key = p.snapshot_key
    GROUP BY ALL
)
SELECT
    c.board, c.day, c.snapshot_key, c.snapshot, c.published_on, c.edition, c.rows, c.source, c.capture, c.captured_at,
    c.last_seen_at, c.origin, x.break_before,
    CASE WHEN c.newest_row < f.day THEN c.newest_row ELSE f.day END AS content_since
FROM chosen AS c
JOIN snapshots AS s ON s.snapshot_key = c.snapshot_key
JOIN first_days AS f ON f.board = s.board AND f.content = coalesce(s.content, s.snapshot)
LEFT JOIN broken AS x ON x.board = c.board AND x.day = c.day
ORDER BY c.board, c.day;
COMMENT ON TABLE series IS 'One row for each board and day: the accepted snapshot that stands for it, when it was first seen, the capture that is nearest to the publisher and its origin, the break between it and the point before (declared, a new edition, another provider, or a roster that was cut), and content_since: the newest day that its rows print, or else the first day on which these rows were seen anywhere';
