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

-- When the sightings were last read, and whose expirations counted then.
ALTER TABLE source ADD COLUMN sightings_read_at INTEGER;
ALTER TABLE source ADD COLUMN expirations TEXT;

-- What is not known of it since the ledger was lost or replaced by an old copy, as a number of SourceGap.
ALTER TABLE source ADD COLUMN gap INTEGER NOT NULL DEFAULT 0;

-- When it was last listed because it holds indicators without a known source, and they could not be deleted.
ALTER TABLE destination ADD COLUMN listed_at INTEGER;

-- A full read that has begun and is not complete: since when, by the source's clock, and with which fingerprint.
ALTER TABLE source ADD COLUMN full_read_begun INTEGER;
ALTER TABLE source ADD COLUMN full_read_fingerprint TEXT;

-- What fired. Nothing here names a machine, a user, a path, a tenant or an incident.

-- When the indicator was made there, by a list; null: since the run that first sent it.
ALTER TABLE held ADD COLUMN active_from INTEGER;

-- Indicators that a destination holds no more, for 30 days: alerts come late. until null: the end of the run that deleted it.
CREATE TABLE withdrawn (
    destination INTEGER NOT NULL,
    observables BLOB NOT NULL,
    key BLOB NOT NULL,
    label TEXT,
    since INTEGER NOT NULL,
    until INTEGER,
    run INTEGER NOT NULL,
    PRIMARY KEY (destination, observables)
) WITHOUT ROWID;

-- An alert in which an indicator matched. alert: a hash of its id. match, verdict: numbers of HitMatch and AlertVerdict.
CREATE TABLE hit (
    destination INTEGER NOT NULL,
    observables BLOB NOT NULL,
    alert BLOB NOT NULL,
    label TEXT,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    match INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    PRIMARY KEY (destination, observables, alert)
) WITHOUT ROWID;

-- Up to when the alerts of a destination are known without a gap, and when they were last looked at some days back.
CREATE TABLE look (
    destination INTEGER PRIMARY KEY,
    until INTEGER NOT NULL,
    far_at INTEGER NOT NULL
);

-- Sightings that MISP has (written = 1), or did not take in so many attempts.
CREATE TABLE sighting (
    uuid BLOB PRIMARY KEY,
    source TEXT NOT NULL,
    event BLOB NOT NULL,
    attribute BLOB NOT NULL,
    type INTEGER NOT NULL,
    date INTEGER NOT NULL,
    written INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;

-- Galaxy clusters by their folded tag, with what context objects need of them, and when they were last read.
CREATE TABLE cluster (
    tag TEXT PRIMARY KEY,
    read_at INTEGER NOT NULL,
    detail BLOB NOT NULL
) WITHOUT ROWID;

-- What an event's held attributes say at a destination: its organisation, and tags of galaxies. local: no other tag says it.
CREATE TABLE context (
    destination INTEGER NOT NULL,
    event INTEGER NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    tlp INTEGER NOT NULL,
    local INTEGER NOT NULL,
    PRIMARY KEY (destination, event, subject)
) WITHOUT ROWID;

-- Events whose rows in context are to be made again.
CREATE TABLE context_changed (
    destination INTEGER NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (destination, event)
) WITHOUT ROWID;
