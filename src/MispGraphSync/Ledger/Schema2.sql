-- Version 2. Keys that were wanted and left out, since others hold their value there: looked at when somebody asks for one.
CREATE TABLE held_by_other (
    destination INTEGER NOT NULL,
    observables BLOB NOT NULL,
    PRIMARY KEY (destination, observables)
) WITHOUT ROWID;
