-- Counters of the county's own log that a new epoch passed over: after a restore none is given out twice.
CREATE TABLE passed_over (
  county INTEGER NOT NULL,
  after  INTEGER NOT NULL,
  upto   INTEGER NOT NULL,
  PRIMARY KEY (county, after)
) STRICT, WITHOUT ROWID;

-- Salted hash of a payload that was erased by law: with it the header still proves the chain.
ALTER TABLE operation ADD COLUMN payload_hash BLOB;

-- Operations of an area added up by who wrote them: what phones compare with what they have.
CREATE TABLE area_digest (
  county     INTEGER NOT NULL,
  area       BLOB    NOT NULL,
  device     INTEGER NOT NULL,
  operations INTEGER NOT NULL,
  sum        BLOB    NOT NULL,
  PRIMARY KEY (county, area, device)
) STRICT, WITHOUT ROWID;

-- Deletions of a phone that came in such numbers that the desk is asked first. Kept, not applied.
CREATE TABLE held_delete (
  county  INTEGER NOT NULL,
  device  INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  held_ms INTEGER NOT NULL,
  PRIMARY KEY (county, device, counter)
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_deletes ON operation (county, device, received_ms) WHERE verb = 2;

-- What last went wrong with a phone's log (`cloned`, `other_past`, `gap`, `went_back`; empty for nothing), and when.
ALTER TABLE device ADD COLUMN trouble TEXT NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN trouble_ms INTEGER NOT NULL DEFAULT 0;

-- When the desk lifted the quarantine that this was kept for; 0 while it lasts.
ALTER TABLE quarantine ADD COLUMN lifted_ms INTEGER NOT NULL DEFAULT 0;
