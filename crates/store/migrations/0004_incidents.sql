-- What satellites said the time was when a photo was taken.
ALTER TABLE photo_evidence ADD COLUMN "satellite" INTEGER;

ALTER TABLE photo ADD COLUMN satellite_ms INTEGER;

-- In which order the steps of an incident count, whatever clocks say.
ALTER TABLE incident_step ADD COLUMN "turn" INTEGER;

ALTER TABLE incident_step ADD COLUMN "seen" BLOB;
