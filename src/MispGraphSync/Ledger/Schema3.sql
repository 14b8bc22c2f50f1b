-- Version 3.

-- Says that the file is a ledger of misp-graph: LedgerSchema.ApplicationId.
PRAGMA application_id = 1835496038;

-- One row. ledger: names this ledger's stamp in the log folder.
CREATE TABLE identity (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    ledger BLOB NOT NULL
);
INSERT INTO identity (id, ledger) VALUES (1, randomblob(16));

-- Where the run took place, and a random stamp that the log folder has too: see RunStamps. Null for runs of earlier versions.
-- found_stamp: the log folder had the stamp of an earlier run, or none was expected there.
ALTER TABLE run ADD COLUMN stamp BLOB;
ALTER TABLE run ADD COLUMN found_stamp INTEGER;
ALTER TABLE run ADD COLUMN host TEXT;
ALTER TABLE run ADD COLUMN path TEXT;

-- What is held according to a ledger that may be an old copy: to be compared with what the destination lists.
ALTER TABLE destination ADD COLUMN in_doubt INTEGER NOT NULL DEFAULT 0;

-- A hash of what can change without moving the event's timestamp: tags (local ones too), distribution and the like.
ALTER TABLE event ADD COLUMN metadata BLOB;

-- The settings and rights that choose a destination's indicators, as last accepted for deletions, for each source.
CREATE TABLE accepted (
    destination INTEGER NOT NULL,
    source INTEGER NOT NULL,
    selection TEXT NOT NULL,
    PRIMARY KEY (destination, source)
) WITHOUT ROWID;

-- A change that version 2 has not carried out is still not accepted.
INSERT INTO accepted SELECT d.id, s.id, '' FROM destination d CROSS JOIN source s WHERE d.fingerprint_changed = 1;
ALTER TABLE destination DROP COLUMN fingerprint_changed;

-- What a replacement removed, until its new form is accepted: it is put back when that is rejected. body: ready to be sent.
CREATE TABLE replaced (
    destination INTEGER NOT NULL,
    observables BLOB NOT NULL,
    key BLOB NOT NULL,
    generation INTEGER NOT NULL,
    change BLOB NOT NULL,
    fixed BLOB NOT NULL,
    rank INTEGER NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    renew_at INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (destination, observables)
) WITHOUT ROWID;

-- rejected.attempts is 0 for what the service has no room for: it is tried without limit.

-- Keys that a list showed as revoked while the ledger was new or in doubt: they may not be used again.
CREATE TABLE spent_key (
    destination INTEGER NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (destination, key)
) WITHOUT ROWID;
