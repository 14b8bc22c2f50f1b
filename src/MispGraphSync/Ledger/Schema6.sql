-- Version 6. What a server says of single attributes besides their events. Decay scores and sightings move no timestamp.
-- score: whole points; decayed, confident: what the source's settings make of it. false_positives and ends_at follow from the sightings.
CREATE TABLE fact (
    source INTEGER NOT NULL,
    attribute BLOB NOT NULL,
    score INTEGER,
    decayed INTEGER NOT NULL DEFAULT 0,
    confident INTEGER NOT NULL DEFAULT 0,
    false_positives INTEGER,
    ends_at INTEGER,
    PRIMARY KEY (source, attribute)
) WITHOUT ROWID;

-- The sightings of types 1 and 2 that were read. ends: an expiration that counts, by the settings at that time.
CREATE TABLE read_sighting (
    source INTEGER NOT NULL,
    uuid BLOB NOT NULL,
    attribute BLOB NOT NULL,
    type INTEGER NOT NULL,
    misp_id INTEGER NOT NULL,
    organisation TEXT,
    date INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    PRIMARY KEY (source, uuid)
) WITHOUT ROWID;
CREATE INDEX read_sighting_attribute ON read_sighting (source, attribute);

-- When the sightings were last read, and when all of them; whose expirations counted then.
ALTER TABLE source ADD COLUMN sightings_read_at INTEGER;
ALTER TABLE source ADD COLUMN all_sightings_read_at INTEGER;
ALTER TABLE source ADD COLUMN expirations TEXT;
