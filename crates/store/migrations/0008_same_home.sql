-- One home on record twice, and what has come to an end: few rows each, so that counting them costs nothing.
ALTER TABLE household ADD COLUMN "same_as" INTEGER;

ALTER TABLE household ADD COLUMN "not_same" BLOB;

CREATE INDEX household_same_as ON household (same_as)
WHERE same_as IS NOT NULL;

CREATE INDEX occupancy_ended ON occupancy (area)
WHERE until IS NOT NULL;

CREATE INDEX residence_ended ON residence (area)
WHERE until IS NOT NULL;

-- What a picture's stamp calls its report.
ALTER TABLE photo ADD COLUMN "number" TEXT NOT NULL DEFAULT '';
