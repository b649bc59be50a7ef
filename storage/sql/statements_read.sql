-- What statements are made of beside the registry's tables: kept between publishes, emptied when the registry changes.
-- Run by storage.statements.
CREATE TABLE IF NOT EXISTS wordings (property VARCHAR, published VARCHAR, value VARCHAR);
COMMENT ON TABLE wordings IS 'What each cell that boards print beside a name means in the registry''s wording; NULL where it says nothing';

CREATE TABLE IF NOT EXISTS feed_facts (source VARCHAR, subject VARCHAR, property VARCHAR, value VARCHAR);
COMMENT ON TABLE feed_facts IS 'What the newest page of each metadata feed says of releases of the registry';
