-- Version 5. Type and value of what is held, for people: no source has them any more when MISP has withdrawn it. Null for what an
-- earlier version sent, until it is sent again.
ALTER TABLE held ADD COLUMN label TEXT;
