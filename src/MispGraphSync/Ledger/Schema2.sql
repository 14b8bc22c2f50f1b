-- Version 2. Keys that were wanted when they were last planned, and found no place there, with the reason's slug.
CREATE TABLE left_out (
    destination INTEGER NOT NULL,
    observables BLOB NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (destination, observables)
) WITHOUT ROWID;

-- What version 1 left out is planned again, to be written down.
UPDATE destination SET plans_everything = 1 WHERE look_again_at IS NOT NULL;
