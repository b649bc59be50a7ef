-- Questions that people ask of leaderboards, each as one statement over the public names of the published database:
-- boards, series, entries_resolved, latest, shares_by_day, breaks, developers, releases, aliases. What is not marked
-- `-- duckdb only` is portable: DuckDB and SQLite run it unchanged. docs/cookbook.md shows each with an answer.
--
-- `rank` is by score, best first; tied rows share a rank. Scores are compared within one point of one board alone. A
-- model is open where its weights were published on the day of the point, under whatever terms.

-- query: leader_of_each_board
-- question: Who leads each board now, and by how much over the second?
-- note: The margin is in the board's own unit, so margins of different boards say nothing of each other. It is 0 where
-- note: the first place is shared. `intervals_overlap` is blank where the board publishes no interval.
WITH placed AS (
    SELECT
        l.board, l.day, l.name, l.developer, l.country, l.openness, l.score, l.score_low, l.score_high,
        row_number() OVER (PARTITION BY l.board ORDER BY l.rank, l.row) AS place
    FROM latest AS l
    WHERE l.rank IS NOT NULL
)
SELECT
    f.board, f.day, f.name, f.developer, f.country, f.openness, round(abs(f.score - s.score), 2) AS margin, b.unit,
    s.name AS second,
    CASE WHEN f.score_low <= s.score_high AND s.score_low <= f.score_high THEN 'yes'
        WHEN f.score_low > s.score_high OR s.score_low > f.score_high THEN 'no' END AS intervals_overlap
FROM placed AS f
JOIN boards AS b ON b.board = f.board
LEFT JOIN placed AS s ON s.board = f.board AND s.place = 2
WHERE f.place = 1
ORDER BY f.board;

-- query: first_chinese_model_in_the_top_3
-- question: Which Chinese models were the first in the top 3 of each board, and when?
-- note: Where `first_day` is `recorded_since`, it may have been there before: nothing earlier is recorded.
-- note: `unknown_before` counts earlier rows in the top 3 whose country is not known; each could have been the first.
-- note: A joint model of several countries (`mixed`) does not count.
WITH top_3 AS (
    SELECT e.board, e.day, e.rank, e.name, e.developer, e.country
    FROM entries_resolved AS e
    WHERE e.rank <= 3
),
recorded AS (
    SELECT s.board, min(s.day) AS since
    FROM series AS s
    GROUP BY s.board
),
first_days AS (
    SELECT t.board, min(t.day) AS day
    FROM top_3 AS t
    WHERE t.country = 'CN'
    GROUP BY t.board
),
unknowns AS (
    SELECT t.board, count(*) AS places
    FROM top_3 AS t
    LEFT JOIN first_days AS f ON f.board = t.board
    WHERE t.country = 'unknown' AND (f.day IS NULL OR t.day < f.day)
    GROUP BY t.board
)
SELECT
    r.board, r.since AS recorded_since, f.day AS first_day, t.rank, t.name, t.developer,
    coalesce(u.places, 0) AS unknown_before
FROM recorded AS r
LEFT JOIN first_days AS f ON f.board = r.board
LEFT JOIN top_3 AS t ON t.board = f.board AND t.day = f.day AND t.country = 'CN'
LEFT JOIN unknowns AS u ON u.board = r.board
ORDER BY r.board, t.rank, t.name;

-- query: chinese_share_over_time
-- question: What is the Chinese share of the top 20 at every point of a board?
-- note: Put another board in place of `opencompass_llm`. `percent_high` counts every row of unknown country as
-- note: Chinese, too. Where `break_before` is filled, the board measures something else from then on. `of` is below 20
-- note: where the board has fewer rows.
WITH points AS (
    SELECT DISTINCT d.board, d.day, d.edition, d."of", d.break_before
    FROM shares_by_day AS d
    WHERE d.board = 'opencompass_llm' AND d.by_value = 'country' AND d.top = 20
),
counted AS (
    SELECT
        d.board, d.day,
        sum(CASE WHEN d.first = 'CN' THEN d.count ELSE 0 END) AS low,
        sum(CASE WHEN d.first IN ('CN', 'unknown') THEN d.count ELSE 0 END) AS high
    FROM shares_by_day AS d
    WHERE d.by_value = 'country' AND d.top = 20
    GROUP BY d.board, d.day
)
SELECT
    p.day, p.edition, round(c.low, 2) AS chinese, p."of", round(100.0 * c.low / p."of", 1) AS percent,
    round(100.0 * c.high / p."of", 1) AS percent_high, p.break_before
FROM points AS p
JOIN counted AS c ON c.board = p.board AND c.day = p.day
ORDER BY p.day;

-- query: countries_side_by_side
-- question: How are the top 20 of every board made up by country, side by side?
-- note: A row is a count of places at the newest point of a board. The boards measure different things on different
-- note: days: the rows may be read beside each other, but no mean of them means anything. `unknown` belongs to one of
-- note: the other columns, nobody knows which. Rows that are tied at the cut share the places left.
WITH newest AS (
    SELECT s.board, max(s.day) AS day
    FROM series AS s
    GROUP BY s.board
)
SELECT
    d.board, d.day, d."of",
    round(sum(CASE WHEN d.first = 'US' THEN d.count ELSE 0 END), 2) AS us,
    round(sum(CASE WHEN d.first = 'CN' THEN d.count ELSE 0 END), 2) AS cn,
    round(sum(CASE WHEN d.first = 'FR' THEN d.count ELSE 0 END), 2) AS fr,
    round(sum(CASE WHEN d.first NOT IN ('US', 'CN', 'FR', 'mixed', 'unknown') THEN d.count ELSE 0 END), 2) AS others,
    round(sum(CASE WHEN d.first = 'mixed' THEN d.count ELSE 0 END), 2) AS mixed,
    round(sum(CASE WHEN d.first = 'unknown' THEN d.count ELSE 0 END), 2) AS unknown
FROM shares_by_day AS d
JOIN newest AS n ON n.board = d.board AND n.day = d.day
WHERE d.by_value = 'country' AND d.top = 20
GROUP BY d.board, d.day, d."of"
ORDER BY d.board;

-- query: best_open_model_of_each_board
-- question: Which is the best open model of each board, where does it rank, and how far is it from the best closed one?
-- note: `ahead` is in the board's own unit and negative where the open model is behind. `unknown_above` counts better
-- note: rows of which nobody knows whether they are open: where it is not 0, the answer may be another.
WITH sided AS (
    SELECT
        l.board, l.day, l.rank, l.row, l.name, l.country, l.licence, l.score, l.openness,
        CASE WHEN l.openness IN ('open_source', 'open_weights', 'restricted_weights') THEN 'open'
            WHEN l.openness = 'proprietary' THEN 'closed' END AS side
    FROM latest AS l
    WHERE l.rank IS NOT NULL
),
placed AS (
    SELECT s.*, row_number() OVER (PARTITION BY s.board, s.side ORDER BY s.rank, s.row) AS place
    FROM sided AS s
    WHERE s.side IS NOT NULL
)
SELECT
    o.board, o.day, o.rank, o.name, o.country, o.licence, c.rank AS closed_rank, c.name AS best_closed,
    round(CASE b.direction WHEN 'lower' THEN c.score - o.score ELSE o.score - c.score END, 2) AS ahead, b.unit,
    (SELECT count(*) FROM sided AS u WHERE u.board = o.board AND u.openness = 'unknown' AND u.rank < o.rank)
        AS unknown_above
FROM placed AS o
JOIN boards AS b ON b.board = o.board
LEFT JOIN placed AS c ON c.board = o.board AND c.side = 'closed' AND c.place = 1
WHERE o.side = 'open' AND o.place = 1
ORDER BY o.board;

-- query: open_behind_closed_over_time
-- question: How many places is the best open model behind the best closed one, at every point of a board?
-- note: Put another board in place of `opencompass_llm`. Ranks of one day are compared, never scores of two days or
-- note: editions; a negative number says that the open model is ahead. `unknown_above` counts better rows of unknown
-- note: openness. How many days open models are behind is what `tracker lag` answers.
WITH best AS (
    SELECT
        e.board, e.day, e.edition,
        min(CASE WHEN e.openness IN ('open_source', 'open_weights', 'restricted_weights') THEN e.rank END) AS open_rank,
        min(CASE WHEN e.openness = 'proprietary' THEN e.rank END) AS closed_rank
    FROM entries_resolved AS e
    WHERE e.board = 'opencompass_llm'
    GROUP BY e.board, e.day, e.edition
)
SELECT
    t.day, t.edition, t.closed_rank, t.open_rank, t.open_rank - t.closed_rank AS places_behind,
    (SELECT count(*) FROM entries_resolved AS u
        WHERE u.board = t.board AND u.day = t.day AND u.openness = 'unknown' AND u.rank < t.open_rank) AS unknown_above
FROM best AS t
ORDER BY t.day;

-- query: open_weights_in_each_top_20
-- question: What share of each top 20 has its weights published?
-- note: `permissive` and `restricted` are the terms of their licences. `percent_high` counts the rows of unknown
-- note: openness as open, too. Openness is that of the day of the point.
WITH newest AS (
    SELECT s.board, max(s.day) AS day
    FROM series AS s
    GROUP BY s.board
),
counted AS (
    SELECT
        d.board, d.day, d."of",
        sum(CASE WHEN d.first IN ('open_source', 'open_weights') THEN d.count ELSE 0 END) AS permissive,
        sum(CASE WHEN d.first = 'restricted_weights' THEN d.count ELSE 0 END) AS restricted,
        sum(CASE WHEN d.first = 'unknown' THEN d.count ELSE 0 END) AS unknown
    FROM shares_by_day AS d
    JOIN newest AS n ON n.board = d.board AND n.day = d.day
    WHERE d.by_value = 'openness' AND d.top = 20
    GROUP BY d.board, d.day, d."of"
)
SELECT
    c.board, c.day, c."of", round(c.permissive, 2) AS permissive, round(c.restricted, 2) AS restricted,
    round(100.0 * (c.permissive + c.restricted) / c."of", 1) AS percent,
    round(100.0 * (c.permissive + c.restricted + c.unknown) / c."of", 1) AS percent_high
FROM counted AS c
ORDER BY percent DESC, c.board;

-- query: developers_in_the_top_20_over_time
-- question: How many distinct developers stand in the top 20, at every point of a board?
-- note: Put another board in place of `opencompass_llm`. Rows whose developer is not known (`unknown`), or that are of
-- note: models of several (`mixed`), are counted apart: each may add a developer or not. All rows tied at the cut are
-- note: in, so `places` may be above 20.
SELECT
    e.day, e.edition, count(*) AS places,
    count(DISTINCT CASE WHEN e.developer <> 'mixed' THEN e.developer END) AS developers,
    sum(CASE WHEN e.developer = 'mixed' THEN 1 ELSE 0 END) AS mixed,
    sum(CASE WHEN e.developer IS NULL THEN 1 ELSE 0 END) AS unknown
FROM entries_resolved AS e
WHERE e.board = 'opencompass_llm' AND e.rank <= 20
GROUP BY e.day, e.edition
ORDER BY e.day;

-- query: developers_that_lost_places
-- question: Which developers have fewer places in the top 20 than one point before?
-- note: Boards with a single point are not here. Places get lost in three ways that this does not tell apart: models
-- note: were overtaken, were taken off the board, or the board itself changed (`break_before`). `of_before` and
-- note: `of_now` say how many rows there were. Rows whose developer is not known, or that are of models of several, do
-- note: not count.
WITH points AS (
    SELECT s.board, s.day, s.break_before, row_number() OVER (PARTITION BY s.board ORDER BY s.day DESC) AS age
    FROM series AS s
),
places AS (
    SELECT p.board, p.age, e.developer, count(*) AS places, min(e.rank) AS best_rank
    FROM points AS p
    JOIN entries_resolved AS e ON e.board = p.board AND e.day = p.day
    WHERE p.age <= 2 AND e.rank <= 20 AND e.developer <> 'mixed'
    GROUP BY p.board, p.age, e.developer
),
tops AS (
    SELECT p.board, p.age, count(*) AS rows_in_top
    FROM points AS p
    JOIN entries_resolved AS e ON e.board = p.board AND e.day = p.day
    WHERE p.age <= 2 AND e.rank <= 20
    GROUP BY p.board, p.age
)
SELECT
    o.board, q.day AS day_before, p.day, o.developer, o.places AS places_before, coalesce(n.places, 0) AS places_now,
    o.best_rank AS best_before, n.best_rank AS best_now, x.rows_in_top AS of_before, y.rows_in_top AS of_now,
    p.break_before
FROM places AS o
JOIN points AS p ON p.board = o.board AND p.age = 1
JOIN points AS q ON q.board = o.board AND q.age = 2
JOIN tops AS x ON x.board = o.board AND x.age = 2
JOIN tops AS y ON y.board = o.board AND y.age = 1
LEFT JOIN places AS n ON n.board = o.board AND n.developer = o.developer AND n.age = 1
WHERE o.age = 2 AND coalesce(n.places, 0) < o.places
ORDER BY o.places - coalesce(n.places, 0) DESC, o.board, o.developer;

-- query: vanished_from_the_board
-- question: Who stood in the top 10 one point before, and is not on the board any more?
-- note: A model is the same where its release is, however it was run, or the name where the release is not known. One
-- note: that was renamed beyond recognition counts as vanished (`tracker registry renames` lists likely ones). Why a
-- note: board leaves a model out it does not say; a new edition leaves out most.
WITH points AS (
    SELECT s.board, s.day, s.break_before, row_number() OVER (PARTITION BY s.board ORDER BY s.day DESC) AS age
    FROM series AS s
),
standing AS (
    SELECT
        p.board, p.day, p.age, e.rank, e.name, e.developer, coalesce(e.release, lower(e.name)) AS model
    FROM points AS p
    JOIN entries_resolved AS e ON e.board = p.board AND e.day = p.day
    WHERE p.age <= 2
)
SELECT o.board, o.day AS day_before, o.rank AS rank_before, o.name, o.developer, p.day, p.break_before
FROM standing AS o
JOIN points AS p ON p.board = o.board AND p.age = 1
WHERE o.age = 2 AND o.rank <= 10
    AND NOT EXISTS (
        SELECT 1 FROM standing AS n WHERE n.board = o.board AND n.age = 1 AND n.model = o.model
    )
ORDER BY o.board, o.rank, o.name;

-- query: board_that_changed_most
-- question: On which board did the top 10 change most between the two newest points?
-- note: `new_models` counts models of the top 10 that were not in it at the point before; a model is the same where
-- note: its release is, however it was run. Boards that publish more often change less from point to point: look at
-- note: the two days. Boards with a single point are not here.
WITH points AS (
    SELECT s.board, s.day, s.break_before, row_number() OVER (PARTITION BY s.board ORDER BY s.day DESC) AS age
    FROM series AS s
),
standing AS (
    SELECT p.board, p.age, min(e.rank) AS rank, coalesce(e.release, lower(e.name)) AS model
    FROM points AS p
    JOIN entries_resolved AS e ON e.board = p.board AND e.day = p.day
    WHERE p.age <= 2 AND e.rank <= 10
    GROUP BY p.board, p.age, coalesce(e.release, lower(e.name))
)
SELECT
    n.board, q.day AS day_before, p.day, sum(CASE WHEN o.model IS NULL THEN 1 ELSE 0 END) AS new_models,
    count(*) AS models, sum(CASE WHEN n.rank < o.rank THEN 1 ELSE 0 END) AS rose,
    sum(CASE WHEN n.rank > o.rank THEN 1 ELSE 0 END) AS fell, p.break_before
FROM standing AS n
JOIN points AS p ON p.board = n.board AND p.age = 1
JOIN points AS q ON q.board = n.board AND q.age = 2
LEFT JOIN standing AS o ON o.board = n.board AND o.age = 2 AND o.model = n.model
WHERE n.age = 1
GROUP BY n.board, q.day, p.day, p.break_before
ORDER BY 1.0 * sum(CASE WHEN o.model IS NULL THEN 1 ELSE 0 END) / count(*) DESC, n.board;

-- query: models_in_several_top_10s
-- question: Which models stand in the top 10 of boards of several publishers?
-- note: Boards of one publisher (`source`) are not independent of each other, so sources are counted first. Only rows
-- note: whose release is known are here. Not every model is on every board, and the newest points of the boards may be
-- note: a year apart.
SELECT
    l.release, count(DISTINCT b.source) AS sources, count(DISTINCT l.board) AS boards, min(l.rank) AS best_rank,
    max(l.rank) AS worst_rank, min(l.day) AS oldest_point, max(l.day) AS newest_point
FROM latest AS l
JOIN boards AS b ON b.board = l.board
WHERE l.rank <= 10 AND l.release IS NOT NULL
GROUP BY l.release
HAVING count(DISTINCT b.source) > 1
ORDER BY sources DESC, boards DESC, best_rank, l.release;

-- query: model_by_name
-- question: Where does a model stand, by a part of its name?
-- note: Put a part of another name between the percent signs, in small letters. Boards spell names differently, so a
-- note: blank or hyphen is best replaced by another percent sign. `release` is what the name was taken to mean; blank
-- note: where that is not certain.
SELECT l.name, l.board, l.day, l.rank, l.release, l.variant, l.openness
FROM latest AS l
WHERE lower(l.name) LIKE '%deepseek%v3.2%'
ORDER BY l.board, l.rank, l.name;

-- query: newest_release_in_each_top_20
-- question: Which is the newest release in the top 20 of each board, and how many of the 20 have no known day?
-- note: The day is that of the release in the registry. A row without one may be newer than the answer.
WITH top_20 AS (
    SELECT l.board, l.day, l.rank, l.row, l.name, l.developer, l.released_on
    FROM latest AS l
    WHERE l.rank <= 20
),
dated AS (
    SELECT t.*, row_number() OVER (PARTITION BY t.board ORDER BY t.released_on DESC, t.rank, t.row) AS place
    FROM top_20 AS t
    WHERE t.released_on IS NOT NULL
)
SELECT
    d.board, d.day, d.released_on, d.name, d.developer, d.rank,
    (SELECT count(*) FROM top_20 AS t WHERE t.board = d.board AND t.released_on IS NULL) AS without_day
FROM dated AS d
WHERE d.place = 1
ORDER BY d.released_on DESC, d.board;

-- query: shares_that_rest_on_unknowns
-- question: Which shares of the top 20 are not certain, and because of which names?
-- note: `low` is what is known and `high` what it could be; both are counts of places. All points are looked at, under
-- note: the default definition. A country or openness that no known row has is not listed.
SELECT
    d.board, d.day, d.by_value, d.first AS value, round(d.low, 2) AS low, round(d.high, 2) AS high, d."of", e.rank,
    e.name
FROM shares_by_day AS d
JOIN entries_resolved AS e ON e.board = d.board AND e.day = d.day AND e.rank <= d.top
WHERE d.top = 20 AND d.low <> d.high
    AND ((d.by_value = 'country' AND e.country = 'unknown') OR (d.by_value = 'openness' AND e.openness = 'unknown'))
ORDER BY d.board, d.day, d.by_value, d.low DESC, d.first, e.rank, e.name;

-- query: names_nobody_could_resolve
-- question: Of which names on the boards now is something not known, the highest first?
-- note: A name may have a country without a release: the developer was known, the model was not. `tracker registry
-- note: review` says what can be done.
SELECT
    l.name, l.board, l.rank, l.published_organization,
    CASE WHEN l.release IS NULL THEN 'unknown' ELSE 'known' END AS release_is,
    CASE WHEN l.developer IS NULL THEN 'unknown' ELSE 'known' END AS developer_is,
    l.country, l.openness
FROM latest AS l
WHERE l.rank IS NOT NULL
    AND (l.release IS NULL OR l.developer IS NULL OR l.country = 'unknown' OR l.openness = 'unknown')
ORDER BY l.rank, l.board, l.name;

-- query: licences_that_differ
-- question: Where does a board publish another licence than the registry has?
-- note: Compared is what both name in the same way: standard licences (Apache-2.0, MIT, CC), and whether there are
-- note: weights at all. A wording of the board's own, such as "Llama 3", is not compared. `tracker registry conflicts`
-- note: has more.
WITH published AS (
    SELECT DISTINCT
        l.name, l.release, l.published_licence, l.licence, l.openness,
        lower(replace(l.published_licence, ' ', '-')) AS written
    FROM latest AS l
    WHERE l.published_licence IS NOT NULL AND l.release IS NOT NULL
),
standard AS (
    SELECT DISTINCT lower(r.licence) AS written
    FROM releases AS r
    WHERE r.licence IS NOT NULL AND r.licence NOT LIKE 'LicenseRef-%'
)
SELECT p.name, p.release, p.published_licence, p.licence AS registry_licence, p.openness
FROM published AS p
WHERE (p.written = 'proprietary' AND p.openness IN ('open_source', 'open_weights', 'restricted_weights'))
    OR (p.written <> 'proprietary' AND p.openness = 'proprietary')
    OR (p.written IN (SELECT s.written FROM standard AS s) AND p.written <> lower(p.licence))
ORDER BY p.name, p.published_licence;

-- query: breaks_of_every_series
-- question: Where is each series not comparable with what came before?
-- note: `breaks` are those between recorded points: a new edition, another provider, a roster that was cut, or a
-- note: declared change. `declared` also counts changes of which the recorded points show only one side.
WITH broken AS (
    SELECT
        s.board, s.day, s.break_before,
        row_number() OVER (PARTITION BY s.board ORDER BY s.day DESC) AS age
    FROM series AS s
    WHERE s.break_before IS NOT NULL
),
points AS (
    SELECT
        s.board, count(*) AS points, min(s.day) AS first_day, max(s.day) AS last_day, count(s.break_before) AS breaks
    FROM series AS s
    GROUP BY s.board
),
declared AS (
    SELECT k.board, count(*) AS declared, max(k.day) AS day
    FROM breaks AS k
    GROUP BY k.board
)
SELECT
    p.board, p.points, p.first_day, p.last_day, p.breaks, b.day AS newest_break, b.break_before,
    coalesce(d.declared, 0) AS declared, d.day AS newest_declared
FROM points AS p
LEFT JOIN broken AS b ON b.board = p.board AND b.age = 1
LEFT JOIN declared AS d ON d.board = p.board
ORDER BY p.board;

-- query: origin_of_each_point
-- question: Where do the bytes of each board's points come from?
-- note: From the publisher itself (`fetched`), somebody's copy, or a transcription: docs/claims.md lists the
-- note: origins. `tracker explain` leads from a figure to the bytes.
SELECT s.board, s.source, s.origin, count(*) AS points, min(s.day) AS first_day, max(s.day) AS last_day
FROM series AS s
GROUP BY s.board, s.source, s.origin
ORDER BY s.board, first_day, s.source, s.origin;

-- query: age_of_the_data
-- duckdb only
-- question: How old are the data of each board?
-- note: Counted from the newest look at any board; put `current_date` in place of `looked.day` to count from today.
-- note: `unchanged_days` is how long the rows have been as they are; a board that nobody updates any more is as old as
-- note: that, however often it is fetched.
WITH looked AS (
    SELECT max(s.last_seen_at)::DATE AS day
    FROM series AS s
),
points AS (
    SELECT s.*, row_number() OVER (PARTITION BY s.board ORDER BY s.day DESC) AS age
    FROM series AS s
)
SELECT
    p.board, p.day, p.last_seen_at::DATE AS last_seen, looked.day - p.last_seen_at::DATE AS unseen_days,
    p.content_since, looked.day - p.content_since AS unchanged_days
FROM points AS p
CROSS JOIN looked
WHERE p.age = 1
ORDER BY unchanged_days DESC, p.board;

-- query: own_table
-- duckdb only
-- question: Where do the models of a table of one's own stand?
-- note: `models_in_use.csv` is a file with the columns release and team; `tracker registry lookup NAME` gives the id
-- note: of a release. A release that is on no board has one line without a rank. `tracker sql` reads no files: ask
-- note: this in DuckDB itself, in the folder of the file.
SELECT m.release, m.team, l.board, min(l.rank) AS best_rank
FROM read_csv('models_in_use.csv', header = true) AS m
LEFT JOIN latest AS l ON l.release = m.release
GROUP BY m.release, m.team, l.board
ORDER BY m.release, m.team, l.board;
