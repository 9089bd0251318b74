-- Codes with which a locked phone gets its store key back. Like enrolment codes they are known by keyed hashes only.
CREATE TABLE reopen_code (
  county     INTEGER NOT NULL,
  lookup     BLOB    NOT NULL,
  device     INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  reply_key  BLOB,
  PRIMARY KEY (county, lookup)
) STRICT, WITHOUT ROWID;
