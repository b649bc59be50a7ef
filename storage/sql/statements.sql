-- Every statement of a fact by the registry (trust 1), the metadata feeds (2) and the boards' own columns (3), and the
-- view of those that do not agree. Made anew at every publish, from the registry's tables, wordings, feed_facts and observations.
CREATE OR REPLACE TABLE statements AS
WITH of_registry AS (
    SELECT r.release AS subject, unnest([
        {'property': 'developer', 'value': r.developer},
        {'property': 'released_on', 'value': r.released_on::VARCHAR},
        {'property': 'licence', 'value': r.licence},
        {'property': 'base_model', 'value': r.base_model}
    ], recursive := true), r.evidence_url AS evidence, r.evidence_day AS day, NULL::DATE AS valid_from, NULL::DATE AS valid_until
    FROM releases AS r
    UNION ALL
    SELECT r.release, 'weights', CASE WHEN r.weights THEN 'yes' ELSE 'no' END, r.evidence_url, r.evidence_day,
        r.weights_since, NULL
    FROM releases AS r
    WHERE r.weights IS NOT NULL
    UNION ALL
    -- weights that were published after the release were not published before
    SELECT r.release, unnest(['weights', 'terms']), unnest(['no', 'proprietary']), r.evidence_url, r.evidence_day,
        r.released_on, r.weights_since
    FROM releases AS r
    WHERE r.weights_since > r.released_on
    UNION ALL
    SELECT r.release, 'terms', CASE WHEN r.weights THEN l.terms ELSE 'proprietary' END, r.evidence_url, r.evidence_day,
        r.weights_since, NULL
    FROM releases AS r
    LEFT JOIN (SELECT DISTINCT licences.licence, licences.terms FROM licences) AS l ON l.licence = r.licence
    WHERE NOT r.weights OR l.terms IS NOT NULL
    UNION ALL
    SELECT r.release, 'country', d.country, d.evidence_url, d.evidence_day, NULL, NULL
    FROM releases AS r
    JOIN developers AS d ON d.developer = r.developer
    WHERE (d.since IS NULL OR d.since <= r.released_on)
        AND (d.until IS NULL OR d.until > r.released_on)
    UNION ALL
    SELECT d.developer, 'country', d.country, d.evidence_url, d.evidence_day, d.since, d.until
    FROM developers AS d
),
fetched AS (
    SELECT f.source, arg_min(c.address, c.role) AS address, min(c.fetched_at)::DATE AS first_seen, max(c.fetched_at)::DATE AS last_seen
    FROM fact_pages AS f
    JOIN captures AS c ON c.source = f.source AND c.state = 'read' AND c.content_sha256 = f.content_sha256
    GROUP BY f.source
),
-- The day on which a name stood on a board is the day of the publication where the board has one.
shown AS (
    SELECT e.name_key, g.source, min(g.first_day) AS first_seen, max(g.last_day) AS last_seen,
        arg_max(g.capture, (g.last_day, g.capture)) AS capture
    FROM (
        SELECT i.snapshot_key, i.source, arg_max(i.capture, (i.seen_at, i.capture)) AS capture,
            min(least(s.published_on, i.seen_at::DATE)) AS first_day, max(least(s.published_on, i.seen_at::DATE)) AS last_day
        FROM observations AS i
        JOIN snapshots AS s ON s.snapshot_key = i.snapshot_key AND s.state = 'accepted'
        GROUP BY i.snapshot_key, i.source
    ) AS g
    JOIN entries AS e ON e.snapshot_key = g.snapshot_key
    GROUP BY e.name_key, g.source
),
cells AS (
    SELECT n.name_key, unnest([
        {'property': 'developer', 'published': n.organization},
        {'property': 'terms', 'published': n.licence},
        {'property': 'country', 'published': n.country},
        {'property': 'openness', 'published': n.openness}
    ], recursive := true)
    FROM names AS n
    WHERE n.organization IS NOT NULL OR n.licence IS NOT NULL OR n.country IS NOT NULL OR n.openness IS NOT NULL
),
of_boards AS (
    SELECT r.release AS subject, unnest(CASE
        WHEN c.property = 'openness' THEN [{'property': 'weights', 'value': s.value}]
        WHEN c.property = 'terms' THEN [
            {'property': 'terms', 'value': s.value},
            {'property': 'weights', 'value': CASE WHEN s.value = 'proprietary' THEN 'no' ELSE 'yes' END}
        ]
        ELSE [{'property': c.property, 'value': s.value}]
    END, recursive := true), w.source, w.capture,
        greatest(w.first_seen, r.since) AS first_seen, least(w.last_seen, r.until - 1) AS last_seen
    FROM cells AS c
    JOIN wordings AS s ON s.property = c.property AND s.published = c.published AND s.value IS NOT NULL
    JOIN shown AS w ON w.name_key = c.name_key
    JOIN names_resolved AS r ON r.name_key = c.name_key AND r.since <= w.last_seen AND w.first_seen < r.until
    -- the columns of a row of several models say nothing of one of them
    SEMI JOIN releases AS known ON known.release = r.release
)
SELECT o.subject, o.property, o.value, 'registry' AS source, 1 AS trust, o.evidence, o.valid_from, o.valid_until,
    o.day AS first_seen, o.day AS last_seen
FROM of_registry AS o
WHERE o.value IS NOT NULL
UNION ALL
SELECT f.subject, f.property, f.value, f.source, 2, t.address, NULL, NULL, t.first_seen, t.last_seen
FROM feed_facts AS f
JOIN fetched AS t ON t.source = f.source
UNION ALL
SELECT b.subject, b.property, b.value, b.source, 3, c.address, NULL, NULL, b.first_seen, b.last_seen
FROM (
    SELECT of_boards.subject, of_boards.property, of_boards.value, of_boards.source,
        min(of_boards.first_seen) AS first_seen, max(of_boards.last_seen) AS last_seen,
        arg_max(of_boards.capture, (of_boards.last_seen, of_boards.capture)) AS capture
    FROM of_boards
    GROUP BY ALL
) AS b
JOIN captures AS c ON c.capture = b.capture
ORDER BY subject, property, trust, source, value;
COMMENT ON TABLE statements IS 'Who says what of a release or developer: value in the registry''s wording (several joined by |), source, its trust (1 registry, 2 feed, 3 board), evidence, the days between which it holds where that was wordings, and the days on which it was first and last seen';

-- Two values conflict if they have nothing in common. What may change (weights, terms) conflicts only where the days
-- meet: the registry's hold from and until, the others' are those on which they were seen.
CREATE OR REPLACE VIEW conflicts AS
WITH dated AS (
    SELECT
        s.subject, s.property, s.value, s.source, s.trust, s.first_seen, s.last_seen,
        string_split(s.value, ' | ') AS parts,
        CASE WHEN s.source = 'registry' THEN coalesce(s.valid_from, DATE '0001-01-01') ELSE s.first_seen END AS since,
        CASE WHEN s.source = 'registry' THEN coalesce(s.valid_until - 1, DATE '9999-12-31') ELSE s.last_seen END AS until
    FROM statements AS s
    WHERE s.property IN ('developer', 'country', 'weights', 'terms', 'released_on')
),
contested AS (
    SELECT DISTINCT a.subject, a.property
    FROM dated AS a
    JOIN dated AS b ON b.subject = a.subject AND b.property = a.property AND b.value > a.value AND b.source <> a.source
    WHERE NOT list_has_any(a.parts, b.parts)
        AND (a.property NOT IN ('weights', 'terms') OR (a.since <= b.until AND b.since <= a.until))
)
SELECT
    d.subject, d.property, d.value, min(d.trust) = min(min(d.trust)) OVER (PARTITION BY d.subject, d.property) AS held,
    list(DISTINCT d.source ORDER BY d.source) AS sources, min(d.first_seen) AS first_seen, max(d.last_seen) AS last_seen
FROM dated AS d
JOIN contested AS c ON c.subject = d.subject AND c.property = d.property
GROUP BY d.subject, d.property, d.value
ORDER BY d.subject, d.property, held DESC, d.value;
COMMENT ON VIEW conflicts IS 'Facts on which sources do not agree: each value with its sources and the days on which they were seen saying so; held is the value of the most trusted source';
