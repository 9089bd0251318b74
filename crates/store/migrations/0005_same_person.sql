-- One person on record twice: who was said to be whom, and which records are folded into which.
ALTER TABLE person ADD COLUMN "same_as" INTEGER;

ALTER TABLE person ADD COLUMN "not_same" BLOB;

ALTER TABLE person ADD COLUMN "checking" INTEGER;

CREATE INDEX person_same_as ON person (same_as)
WHERE same_as IS NOT NULL;

CREATE TABLE folded_person (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  stays INTEGER NOT NULL REFERENCES record (id)
) STRICT;

CREATE INDEX folded_person_stays ON folded_person (stays);
