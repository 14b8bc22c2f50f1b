-- Version 4. Held indicators without a known source have their own key for observables. There are seldom any.
CREATE INDEX held_unclaimed ON held (destination) WHERE key = observables;

-- No key depends on a fresh start any more: held indicators keep the keys that they have.
ALTER TABLE destination DROP COLUMN epoch;
