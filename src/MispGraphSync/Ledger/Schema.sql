-- The ledger, version 1. Keys of observables are 16 bytes that sort as they are applied.
-- Times are Unix milliseconds, UTC. Support rows are appended event by event, never upserted by key:
-- a million random keys would cost thirty times as much.

CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- Where an event can be looked at, with {0} for its UUID; null where nowhere.
    link TEXT,
    fingerprint TEXT,
    read_at INTEGER,
    full_read_at INTEGER
);

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source(id),
    uuid BLOB NOT NULL,
    misp_id INTEGER,
    timestamp INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    aged_at INTEGER,
    context_hash BLOB NOT NULL,
    context BLOB NOT NULL,
    UNIQUE (source, uuid)
);

-- One row for each attribute and observable. combination, single: the keys of its two forms, null where it has none.
CREATE TABLE support (
    event INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    attribute BLOB NOT NULL,
    part INTEGER NOT NULL,
    combination BLOB,
    single BLOB,
    detail BLOB NOT NULL,
    PRIMARY KEY (event, seq)
) WITHOUT ROWID;

CREATE TABLE skipped (
    event INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    attribute BLOB NOT NULL,
    type TEXT NOT NULL,
    reason TEXT NOT NULL,
    value_hash BLOB NOT NULL,
    PRIMARY KEY (event, seq)
) WITHOUT ROWID;

CREATE TABLE destination (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    place TEXT NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    form INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    -- Not yet known whether everything there is in this ledger: what is found by listing is taken over.
    takes_over INTEGER NOT NULL,
    plans_everything INTEGER NOT NULL,
    fingerprint_changed INTEGER NOT NULL,
    held INTEGER NOT NULL DEFAULT 0,
    epoch TEXT,
    -- Something was left out for want of room, or since others held it: when to plan it again, and the capacity then.
    look_again_at INTEGER,
    capacity INTEGER,
    UNIQUE (kind, place, scope)
);

-- Keys whose supports changed and which the destination has not been told of.
CREATE TABLE dirty (
    destination INTEGER NOT NULL,
    observables BLOB NOT NULL,
    PRIMARY KEY (destination, observables)
) WITHOUT ROWID;

CREATE TABLE held (
    destination INTEGER NOT NULL,
    observables BLOB NOT NULL,
    key BLOB NOT NULL,
    generation INTEGER NOT NULL,
    id TEXT,
    change BLOB NOT NULL,
    fixed BLOB NOT NULL,
    rank INTEGER NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    renew_at INTEGER NOT NULL,
    -- The run that last sent it, and the one that first did.
    run INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (destination, observables)
) WITHOUT ROWID;

-- What a removal needs of the item as last sent; of context objects, and of what an earlier version sent, the whole item.
CREATE TABLE held_body (
    destination INTEGER NOT NULL,
    observables BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (destination, observables)
) WITHOUT ROWID;

-- Keys that may not live again under an old generation.
CREATE TABLE generation (
    destination INTEGER NOT NULL,
    observables BLOB NOT NULL,
    next INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    PRIMARY KEY (destination, observables)
) WITHOUT ROWID;

CREATE TABLE rejected (
    destination INTEGER NOT NULL,
    observables BLOB NOT NULL,
    key BLOB NOT NULL,
    value TEXT,
    action TEXT NOT NULL,
    change BLOB NOT NULL,
    response TEXT NOT NULL,
    transient INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (destination, observables)
) WITHOUT ROWID;

-- Requests that were about to be sent. What is still here after a run was never heard of.
CREATE TABLE intent (
    id INTEGER PRIMARY KEY,
    destination INTEGER NOT NULL,
    run INTEGER NOT NULL,
    operation TEXT NOT NULL,
    steps BLOB NOT NULL
);

CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    started INTEGER NOT NULL,
    ended INTEGER,
    command TEXT NOT NULL,
    status TEXT,
    exit_code INTEGER,
    report TEXT
);
