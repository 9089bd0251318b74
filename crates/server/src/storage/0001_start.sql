-- The county's tables. Every key starts with the county, so that an engine that shards by it can hold many counties.
-- Ids of records, areas, workers and devices are 16 bytes (UUID); instants are UTC milliseconds; hashes are SHA-256.

-- Single values: epoch, secrets, names. Written by the county itself.
CREATE TABLE meta (
  county INTEGER NOT NULL,
  name   TEXT    NOT NULL,
  value  BLOB    NOT NULL,
  PRIMARY KEY (county, name)
) STRICT, WITHOUT ROWID;

-- The tree of areas as the records of kind Area say it; read whole at start.
CREATE TABLE area (
  county INTEGER NOT NULL,
  id     BLOB    NOT NULL,
  parent BLOB,
  code   TEXT    NOT NULL DEFAULT '',
  name   TEXT    NOT NULL DEFAULT '',
  level  INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (county, id)
) STRICT, WITHOUT ROWID;

-- Workers as the records of kind Worker say them.
CREATE TABLE worker (
  county INTEGER NOT NULL,
  id     BLOB    NOT NULL,
  area   BLOB    NOT NULL,
  number TEXT    NOT NULL DEFAULT '',
  name   TEXT    NOT NULL DEFAULT '',
  role   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (county, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX worker_by_number ON worker (county, number);

-- Which areas a worker's phones may see. The version rises with every change of the grant.
CREATE TABLE area_grant (
  county  INTEGER NOT NULL,
  worker  BLOB    NOT NULL,
  area    BLOB    NOT NULL,
  version INTEGER NOT NULL,
  revoked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (county, worker, area)
) STRICT, WITHOUT ROWID;

-- Phones. Number 0 is the county itself. `highest` and `chain` are the durable end of the device's log;
-- nothing above `nonce_mark` is accepted before a higher mark is written.
CREATE TABLE device (
  county          INTEGER NOT NULL,
  no              INTEGER NOT NULL,
  id              BLOB    NOT NULL,
  worker          BLOB    NOT NULL,
  key             BLOB    NOT NULL,
  state           INTEGER NOT NULL DEFAULT 1,
  highest         INTEGER NOT NULL DEFAULT 0,
  chain           BLOB    NOT NULL,
  nonce_mark      INTEGER NOT NULL DEFAULT 0,
  enrolled_ms     INTEGER NOT NULL DEFAULT 0,
  last_contact_ms INTEGER NOT NULL DEFAULT 0,
  app             TEXT    NOT NULL DEFAULT '',
  said_counter    INTEGER,
  clock_off_ms    INTEGER,
  PRIMARY KEY (county, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX device_by_id ON device (county, id);
CREATE INDEX device_by_worker ON device (county, worker);

-- Codes by their keyed hash; the code itself is nowhere.
CREATE TABLE enrol_code (
  county      INTEGER NOT NULL,
  lookup      BLOB    NOT NULL,
  worker      BLOB    NOT NULL,
  expires_ms  INTEGER NOT NULL,
  redeemed_by BLOB,
  device      INTEGER,
  PRIMARY KEY (county, lookup)
) STRICT, WITHOUT ROWID;

-- Every operation ever received, whatever became of it. `seq` is its place in the feed, absent while it is refused or
-- waiting. Payload and salt may be erased by law; the hash stays in the chain.
CREATE TABLE operation (
  county      INTEGER NOT NULL,
  device      INTEGER NOT NULL,
  counter     INTEGER NOT NULL,
  seq         INTEGER,
  verb        INTEGER NOT NULL,
  kind        INTEGER NOT NULL,
  record      BLOB    NOT NULL,
  area        BLOB    NOT NULL,
  height      INTEGER NOT NULL,
  wall_ms     INTEGER NOT NULL,
  server_ms   INTEGER NOT NULL,
  since_ms    INTEGER NOT NULL,
  extra       BLOB    NOT NULL,
  salt        BLOB    NOT NULL,
  payload     BLOB    NOT NULL,
  hash        BLOB    NOT NULL,
  outcome     INTEGER NOT NULL,
  reason      TEXT,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (county, device, counter)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX operation_feed ON operation (county, seq) WHERE seq IS NOT NULL;
CREATE INDEX operation_scope ON operation (county, area, seq) WHERE seq IS NOT NULL;
CREATE INDEX operation_record ON operation (county, record);

-- Records as merged: what lists and scope need. `state` is the merged fields; operations stay the truth.
-- `parent` and `second` are the two references people list by, `sort` the order of lists, `owner` the worker whose
-- phone made it, `standing` what a projection keeps of its children (the state of an incident).
CREATE TABLE record (
  county    INTEGER NOT NULL,
  id        BLOB    NOT NULL,
  kind      INTEGER NOT NULL,
  area      BLOB    NOT NULL,
  parent    BLOB,
  second    BLOB,
  sort      ANY,
  standing  INTEGER NOT NULL DEFAULT 0,
  owner     BLOB,
  made_ms   INTEGER NOT NULL,
  seq       INTEGER NOT NULL,
  conflicts INTEGER NOT NULL DEFAULT 0,
  gone      INTEGER NOT NULL DEFAULT 0,
  state     BLOB    NOT NULL,
  PRIMARY KEY (county, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_by_area ON record (county, kind, area, sort);
CREATE INDEX record_by_parent ON record (county, parent, kind, sort) WHERE parent IS NOT NULL;
CREATE INDEX record_by_second ON record (county, second, kind, sort) WHERE second IS NOT NULL;
CREATE INDEX record_in_review ON record (county, kind, area) WHERE conflicts > 0;

-- Operations that wait until `parent` is known.
CREATE TABLE waiting (
  county  INTEGER NOT NULL,
  parent  BLOB    NOT NULL,
  device  INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  PRIMARY KEY (county, parent, device, counter)
) STRICT, WITHOUT ROWID;

-- Same id with another hash: the operation that came second, as evidence against a cloned phone.
CREATE TABLE quarantine (
  county      INTEGER NOT NULL,
  device      INTEGER NOT NULL,
  counter     INTEGER NOT NULL,
  hash        BLOB    NOT NULL,
  batch       BLOB    NOT NULL,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (county, device, counter, hash)
) STRICT, WITHOUT ROWID;

-- Pictures that evidence records speak of: 1 = full, 2 = thumbnail.
CREATE TABLE picture (
  county   INTEGER NOT NULL,
  sha256   BLOB    NOT NULL,
  evidence BLOB    NOT NULL,
  which    INTEGER NOT NULL,
  PRIMARY KEY (county, sha256, evidence)
) STRICT, WITHOUT ROWID;
CREATE INDEX picture_by_evidence ON picture (county, evidence);

-- Pictures held: durable and verified.
CREATE TABLE blob (
  county      INTEGER NOT NULL,
  sha256      BLOB    NOT NULL,
  bytes       INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  PRIMARY KEY (county, sha256)
) STRICT, WITHOUT ROWID;

-- Uploads under way. The token in the URL is known by its hash only; the pieces lie in the blob store.
CREATE TABLE upload (
  county     INTEGER NOT NULL,
  device     INTEGER NOT NULL,
  sha256     BLOB    NOT NULL,
  token      BLOB    NOT NULL,
  which      INTEGER NOT NULL,
  evidence   BLOB    NOT NULL,
  bytes      INTEGER NOT NULL,
  offset     INTEGER NOT NULL DEFAULT 0,
  pieces     BLOB    NOT NULL DEFAULT x'',
  expires_ms INTEGER NOT NULL,
  PRIMARY KEY (county, device, sha256)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX upload_by_token ON upload (county, token);

-- Snapshots as prebuilt pages, one set for all phones that see the same.
CREATE TABLE snapshot (
  county     INTEGER NOT NULL,
  scope      BLOB    NOT NULL,
  at         INTEGER NOT NULL,
  page       INTEGER NOT NULL,
  pages      INTEGER NOT NULL,
  operations INTEGER NOT NULL,
  made_ms    INTEGER NOT NULL,
  batch      BLOB    NOT NULL,
  PRIMARY KEY (county, scope, at, page)
) STRICT, WITHOUT ROWID;

CREATE TABLE desk_account (
  county   INTEGER NOT NULL,
  name     TEXT    NOT NULL,
  password TEXT    NOT NULL,
  role     TEXT    NOT NULL,
  area     BLOB    NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (county, name)
) STRICT, WITHOUT ROWID;

-- The cookie's value is known by its hash only.
CREATE TABLE desk_session (
  county     INTEGER NOT NULL,
  token      BLOB    NOT NULL,
  account    TEXT    NOT NULL,
  csrf       TEXT    NOT NULL,
  expires_ms INTEGER NOT NULL,
  PRIMARY KEY (county, token)
) STRICT, WITHOUT ROWID;

-- Who saw and did what. Each line's hash covers the line before: none can be changed or taken out unseen.
CREATE TABLE audit (
  county  INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  at_ms   INTEGER NOT NULL,
  who     TEXT    NOT NULL,
  what    TEXT    NOT NULL,
  subject TEXT    NOT NULL,
  reason  TEXT    NOT NULL,
  detail  TEXT    NOT NULL,
  ok      INTEGER NOT NULL,
  hash    BLOB    NOT NULL,
  PRIMARY KEY (county, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_by_who ON audit (county, who, what, at_ms);
