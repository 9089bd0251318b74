-- What the county says of itself for its workers' screens, and what was asked at a door.
ALTER TABLE area ADD COLUMN "desk_phone" TEXT;

ALTER TABLE area ADD COLUMN "complaint_phone" TEXT;

ALTER TABLE area ADD COLUMN "basis" TEXT;

ALTER TABLE visit ADD COLUMN "checks" BLOB;
