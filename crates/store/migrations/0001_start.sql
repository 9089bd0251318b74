-- The first shape of the phone's store. What each table and column is for stands in schema.sql.

CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  uuid BLOB NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  conflicts INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX record_conflicts ON record (id)
WHERE conflicts > 0;

CREATE TABLE operation (
  id INTEGER PRIMARY KEY,
  verb INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  record INTEGER NOT NULL REFERENCES record (id),
  area INTEGER NOT NULL,
  height INTEGER NOT NULL,
  wall_ms INTEGER NOT NULL,
  server_ms INTEGER NOT NULL,
  since_server_ms INTEGER NOT NULL,
  state INTEGER NOT NULL,
  extra BLOB,
  salt BLOB,
  payload BLOB,
  payload_hash BLOB,
  reason TEXT,
  seq INTEGER
) STRICT;

CREATE INDEX operation_record ON operation (record);

CREATE INDEX operation_unsent ON operation (id)
WHERE state IN (1, 2, 3);

CREATE INDEX operation_open ON operation (state)
WHERE state IN (1, 2, 3, 4, 5);

CREATE TABLE own_chain (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  device INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  head BLOB NOT NULL
) STRICT;

CREATE TABLE salt_block (
  block INTEGER PRIMARY KEY,
  key BLOB NOT NULL
) STRICT;

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE feed (
  area INTEGER PRIMARY KEY REFERENCES record (id),
  cursor INTEGER NOT NULL,
  snapshot BLOB,
  lease_until_ms INTEGER
) STRICT;

CREATE TABLE area (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "code" TEXT,
  "parent" INTEGER,
  "level" INTEGER,
  "outline" BLOB,
  "grid_kind" INTEGER
) STRICT;

CREATE TABLE worker (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "number" TEXT,
  "role" INTEGER
) STRICT;

CREATE TABLE incident_category (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "code" TEXT,
  "name" TEXT,
  "class" TEXT,
  "limit_hours" INTEGER,
  "rank" INTEGER
) STRICT;

CREATE TABLE care_category (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "code" TEXT,
  "entry" BLOB,
  "signature" BLOB
) STRICT;

CREATE TABLE building (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "street" TEXT,
  "lat_e7" INTEGER,
  "lon_e7" INTEGER,
  "walk_order" INTEGER,
  "floors" INTEGER
) STRICT;

CREATE TABLE dwelling (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "building" INTEGER,
  "unit" TEXT,
  "floor" INTEGER,
  "door" TEXT,
  "use" INTEGER
) STRICT;

CREATE TABLE household (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "note" TEXT,
  "phone" TEXT,
  "contact_phones" BLOB,
  "remarks" BLOB,
  "kind" INTEGER
) STRICT;

CREATE TABLE occupancy (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "household" INTEGER,
  "dwelling" INTEGER,
  "kind" INTEGER,
  "since" INTEGER,
  "until" INTEGER
) STRICT;

CREATE TABLE person (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "citizen_id" TEXT,
  "birth" INTEGER,
  "sex" INTEGER,
  "phone" TEXT,
  "other_phones" BLOB,
  "note" TEXT,
  "declined" INTEGER
) STRICT;

CREATE TABLE residence (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "person" INTEGER,
  "household" INTEGER,
  "kind" INTEGER,
  "relation" INTEGER,
  "since" INTEGER,
  "until" INTEGER,
  "ended_because" INTEGER
) STRICT;

CREATE TABLE care_duty (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "person" INTEGER,
  "category" TEXT,
  "source" TEXT,
  "since" INTEGER,
  "until" INTEGER,
  "cadence" INTEGER
) STRICT;

CREATE TABLE visit (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "household" INTEGER,
  "at" INTEGER,
  "outcome" INTEGER,
  "note" TEXT,
  "duties" BLOB,
  "worker" INTEGER
) STRICT;

CREATE TABLE inspection_point (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "purpose" TEXT,
  "lat_e7" INTEGER,
  "lon_e7" INTEGER,
  "number" INTEGER,
  "radius_m" INTEGER,
  "hazards_found" INTEGER
) STRICT;

CREATE TABLE patrol (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "worker" INTEGER,
  "day" INTEGER,
  "slot" INTEGER,
  "started" INTEGER,
  "ended" INTEGER,
  "length_m" INTEGER,
  "moving_s" INTEGER,
  "points_reached" INTEGER,
  "points_due" INTEGER,
  "gaps" BLOB,
  "inside_permille" INTEGER,
  "coverage_permille" INTEGER,
  "dropped_points" INTEGER
) STRICT;

CREATE TABLE check_in (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "patrol" INTEGER,
  "point" INTEGER,
  "at" INTEGER,
  "by_hand" INTEGER,
  "note" TEXT
) STRICT;

CREATE TABLE incident (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "category" TEXT,
  "text" TEXT,
  "place_name" TEXT,
  "lat_e7" INTEGER,
  "lon_e7" INTEGER,
  "accuracy_dm" INTEGER,
  "no_fix_reason" TEXT,
  "reported" INTEGER,
  "worker" INTEGER,
  "patrol" INTEGER,
  "household" INTEGER,
  "number" TEXT,
  "self_resolved" INTEGER
) STRICT;

CREATE TABLE incident_step (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "incident" INTEGER,
  "verb" INTEGER,
  "at" INTEGER,
  "by" TEXT,
  "text" TEXT,
  "rating" INTEGER,
  "department" TEXT,
  "minutes" INTEGER
) STRICT;

CREATE TABLE photo_evidence (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "incident" INTEGER,
  "original_sha256" BLOB,
  "stored_sha256" BLOB,
  "thumbnail_sha256" BLOB,
  "bytes" INTEGER,
  "width" INTEGER,
  "height" INTEGER,
  "taken" INTEGER,
  "time_verified" INTEGER,
  "lat_e7" INTEGER,
  "lon_e7" INTEGER,
  "accuracy_dm" INTEGER,
  "mock" INTEGER,
  "mono_since_server" INTEGER
) STRICT;

CREATE TABLE task (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "title" TEXT,
  "basis" TEXT,
  "due" INTEGER,
  "state" INTEGER,
  "log" BLOB,
  "household" INTEGER
) STRICT;

CREATE INDEX incident_category_code ON incident_category (code);

CREATE INDEX care_category_code ON care_category (code);

CREATE INDEX building_walk ON building (area, walk_order)
WHERE deleted = 0;

CREATE INDEX dwelling_building ON dwelling (building);

CREATE INDEX household_area ON household (area)
WHERE deleted = 0;

CREATE INDEX occupancy_household ON occupancy (household);

CREATE INDEX occupancy_dwelling ON occupancy (dwelling);

CREATE INDEX person_area ON person (area)
WHERE deleted = 0;

CREATE INDEX residence_person ON residence (person);

CREATE INDEX residence_household ON residence (household);

CREATE INDEX care_duty_person ON care_duty (person);

CREATE INDEX care_duty_area ON care_duty (area)
WHERE deleted = 0;

CREATE INDEX visit_household ON visit (household, "at");

CREATE INDEX visit_at ON visit ("at");

CREATE INDEX patrol_day ON patrol (day, slot);

CREATE INDEX inspection_point_area ON inspection_point (area, number)
WHERE deleted = 0;

CREATE INDEX check_in_patrol ON check_in (patrol);

CREATE INDEX incident_reported ON incident (reported);

CREATE INDEX incident_patrol ON incident (patrol)
WHERE patrol IS NOT NULL;

CREATE INDEX incident_step_incident ON incident_step (incident, "at");

CREATE INDEX incident_step_at ON incident_step ("at");

CREATE INDEX photo_evidence_incident ON photo_evidence (incident);

CREATE VIRTUAL TABLE search USING fts5 (
  name,
  initials,
  door,
  id_tail,
  phone_tail,
  content = '',
  contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 tokenchars '-'"
);

CREATE TABLE device (
  id INTEGER PRIMARY KEY,
  worker INTEGER NOT NULL REFERENCES record (id)
) STRICT;

CREATE TABLE photo (
  id INTEGER PRIMARY KEY,
  uuid BLOB NOT NULL UNIQUE,
  form TEXT,
  evidence INTEGER REFERENCES record (id),
  key BLOB NOT NULL,
  original_sha256 BLOB NOT NULL,
  stored_sha256 BLOB NOT NULL,
  thumbnail_sha256 BLOB NOT NULL,
  bytes INTEGER NOT NULL,
  thumbnail_bytes INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  taken_ms INTEGER NOT NULL,
  time_verified INTEGER NOT NULL,
  mono_since_server INTEGER,
  lat_e7 INTEGER,
  lon_e7 INTEGER,
  accuracy_dm INTEGER,
  mock INTEGER NOT NULL,
  state INTEGER NOT NULL,
  upload_url TEXT,
  sent_bytes INTEGER NOT NULL DEFAULT 0,
  thumbnail_sent INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  receipt_ms INTEGER
) STRICT;

CREATE INDEX photo_form ON photo (form)
WHERE form IS NOT NULL;

CREATE INDEX photo_evidence_row ON photo (evidence)
WHERE evidence IS NOT NULL;

CREATE INDEX photo_to_send ON photo (id)
WHERE state IN (1, 2);

CREATE INDEX photo_at_county ON photo (receipt_ms)
WHERE state = 3;

CREATE TABLE draft (
  form TEXT NOT NULL PRIMARY KEY,
  fields BLOB NOT NULL,
  saved_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE access_log (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  person BLOB NOT NULL,
  worker BLOB NOT NULL,
  reason TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;

CREATE INDEX access_log_at ON access_log (at_ms);

CREATE TABLE track_point (
  id INTEGER PRIMARY KEY,
  patrol INTEGER NOT NULL REFERENCES record (id),
  segment INTEGER NOT NULL,
  lat_e7 INTEGER NOT NULL,
  lon_e7 INTEGER NOT NULL,
  accuracy_dm INTEGER,
  hdop_tenths INTEGER,
  wall_ms INTEGER,
  mono_ms INTEGER,
  mock INTEGER NOT NULL
) STRICT;

CREATE INDEX track_point_patrol ON track_point (patrol, id);

CREATE TABLE own_patrol (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  open INTEGER NOT NULL,
  state BLOB NOT NULL,
  ended_ms INTEGER,
  receipt_ms INTEGER
) STRICT;

CREATE INDEX own_patrol_open ON own_patrol (id)
WHERE open = 1;
