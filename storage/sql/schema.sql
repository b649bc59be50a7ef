-- Tables of the writer's database. Run once, on a new file; everything in them is derived from the archive.
CREATE TABLE freshness (subject VARCHAR, fingerprint VARCHAR);
COMMENT ON TABLE freshness IS 'What is up to date: each thing that is derived, with a fingerprint (sha256) of what it was derived from';

CREATE TABLE ledger_read (file VARCHAR, bytes BIGINT, mark VARCHAR);
COMMENT ON TABLE ledger_read IS 'How much of each file of the ledger is in the table captures, and a fingerprint of the last that was read';

CREATE TABLE unreadable (file VARCHAR, line INTEGER, source VARCHAR, content_sha256 VARCHAR, reason VARCHAR);
COMMENT ON TABLE unreadable IS 'What of the archive could not be read: lines of the ledger (file, line) and pages (source, content_sha256), with the reason';

CREATE TABLE captures (
    capture VARCHAR, fetched_at TIMESTAMP, run_id VARCHAR, source VARCHAR, role VARCHAR, method VARCHAR,
    address VARCHAR, body_sha256 VARCHAR, status INTEGER, etag VARCHAR, last_modified VARCHAR,
    content_sha256 VARCHAR, bytes BIGINT, origin VARCHAR, origin_detail VARCHAR, error VARCHAR,
    state VARCHAR, reason VARCHAR
);
COMMENT ON TABLE captures IS 'One row for each fetch, also failed ones: what was asked, when, what came, where the bytes are from (origin), and whether they could be read (state: read, refused, failed, absent, waiting, kept, or future: its time lies there, and until then it is set aside)';

CREATE TABLE origins (origin VARCHAR, strength INTEGER, words VARCHAR);
COMMENT ON TABLE origins IS 'Where the bytes of a capture may come from, the nearest to the publisher first (strength 0), and in words';

CREATE TABLE boards (
    board VARCHAR, title VARCHAR, source VARCHAR, publisher VARCHAR, homepage VARCHAR, licence VARCHAR,
    licence_page VARCHAR, redistribute VARCHAR, operator VARCHAR, operator_country VARCHAR, metric VARCHAR, unit VARCHAR,
    direction VARCHAR, adjustment VARCHAR, category VARCHAR, kind VARCHAR, editions_comparable BOOLEAN,
    max_drop DOUBLE, max_shift DOUBLE, bridge_days INTEGER
);
COMMENT ON TABLE boards IS 'One row for each declared board: one ranking with one metric, one direction and one adjustment';

CREATE TABLE board_providers (
    board VARCHAR, source VARCHAR, role VARCHAR, trust INTEGER, dates_content BOOLEAN, page_set BOOLEAN,
    redistribute VARCHAR
);
COMMENT ON TABLE board_providers IS 'Which pages carry a board, the most trusted first (trust 0), and whether the day that they print dates their rows (dates_content) or is a line on the page alone, and whether the pages of the source are read together (page_set)';

CREATE TABLE breaks (board VARCHAR, day DATE, reason VARCHAR, link VARCHAR);
COMMENT ON TABLE breaks IS 'Declared days on which a series of a board stops being comparable';

CREATE TABLE snapshots (
    snapshot_key INTEGER, snapshot VARCHAR, board VARCHAR, content VARCHAR, published_on DATE, rows INTEGER,
    scored INTEGER, different INTEGER, filled INTEGER[], name_sample UINTEGER[], lowest DOUBLE, highest DOUBLE,
    state VARCHAR, reason VARCHAR, believed_from TIMESTAMP
);
COMMENT ON TABLE snapshots IS 'One row for each distinct content of a board: id (sha256 over board, published day and rows), content (sha256 over board and rows alone), rows, how many have a score and how many names differ, how many have a value in each further column (filled) and hashes of some of its names (name_sample), lowest and highest score, and whether it is believed (state: accepted, quarantined) and from when on (believed_from: the capture that confirmed a roster that was cut)';

CREATE TABLE roster_cuts (board VARCHAR, source VARCHAR, day DATE, reason VARCHAR);
COMMENT ON TABLE roster_cuts IS 'Days on which a board, as a source shows it, lost more rows than is believed of one page, and a later page confirmed it';

CREATE TABLE observations (
    capture VARCHAR, snapshot_key INTEGER, seen_at TIMESTAMP, source VARCHAR, role VARCHAR, edition VARCHAR, newest_row DATE
);
COMMENT ON TABLE observations IS 'One row for each time that a capture showed a snapshot; newest_row is the newest of the days that the page prints beside its rows';

CREATE TABLE entries (
    snapshot_key INTEGER, row INTEGER, name_key INTEGER, rank INTEGER, score DOUBLE,
    score_low DOUBLE, score_high DOUBLE, published_rank DOUBLE, votes DOUBLE, released_on DATE
);
COMMENT ON TABLE entries IS 'One row for each published row of a snapshot; rank is by score in the direction of the board, ties share it, rows without a score have none; released_on is the day that the board prints for the model';

CREATE TABLE names (
    name_key INTEGER, name VARCHAR, organization VARCHAR, licence VARCHAR, country VARCHAR, openness VARCHAR,
    models VARCHAR[]
);
COMMENT ON TABLE names IS 'One row for each distinct published name with what the board published beside it; what that resolves to is in names_resolved';

CREATE TABLE names_resolved (
    name_key INTEGER, since DATE DEFAULT DATE '0001-01-01', until DATE DEFAULT DATE '9999-12-31', release VARCHAR, variant VARCHAR, release_how VARCHAR, developer VARCHAR,
    developer_how VARCHAR, country VARCHAR, subdivision VARCHAR, released_on DATE, licence VARCHAR, terms VARCHAR,
    steps VARCHAR[]
);
COMMENT ON TABLE names_resolved IS 'What each published name resolves to: release, developer, country, licence, and the steps that led there; a name that moves on has several rows, each for rows of boards from a day on (since) until the day before another (until)';

CREATE TABLE openness (
    name_key INTEGER, meant_since DATE DEFAULT DATE '0001-01-01', since DATE, until DATE, value VARCHAR, how VARCHAR
);
COMMENT ON TABLE openness IS 'How open what each published name means is from a day on (since) until the day before another (until); meant_since is the since of names_resolved';

CREATE TABLE name_countries (name_key INTEGER, country VARCHAR);
COMMENT ON TABLE name_countries IS 'Every country that the board published for a name with several: used under the country rule multi alone';

CREATE TABLE facts (source VARCHAR, name VARCHAR, property VARCHAR, value VARCHAR);
COMMENT ON TABLE facts IS 'What the newest pages of each feed say of models, as published';

CREATE TABLE fact_pages (source VARCHAR, content_sha256 VARCHAR);
COMMENT ON TABLE fact_pages IS 'The pages that the facts of a feed were read from (sha256)';
