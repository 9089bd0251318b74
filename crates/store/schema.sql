-- The phone's store as it stands after all migrations, with what each table and column is for.
-- A test compares this file with a migrated database; change it together with a new file in migrations/.
--
-- Inside, rows have integer keys; outside, records are known by UUIDv7 (`record.uuid`). An operation's key packs
-- (device, counter): device << 32 | counter. Instants are UTC milliseconds, coordinates 1e-7 degrees.
--
-- Every kind of record has one table with the same first columns: id = record.id; area = record.id of the area, 0 when
-- none is known; deleted = 1 when the record is deleted and nothing speaks against it; newest_op = the newest operation
-- merged into the row. The other columns are the fields of crates/domain/src/records/fields.rs, by name. A NULL means that
-- no operation wrote the field, or that it was cleared.

-- Every record this phone has heard of: also those only referred to, whose own operations have not arrived yet.
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  uuid BLOB NOT NULL UNIQUE, -- 16 bytes
  kind INTEGER NOT NULL, -- RecordKind as a number; may be of a newer version
  conflicts INTEGER NOT NULL DEFAULT 0 -- field slots with more than one value
) STRICT;

-- What needs a human, without walking over every record.
CREATE INDEX record_conflicts ON record (id)
WHERE conflicts > 0;

-- The log: own operations with where they stand, and those of others. One row each, never changed but for its standing.
CREATE TABLE operation (
  id INTEGER PRIMARY KEY, -- device << 32 | counter
  verb INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  record INTEGER NOT NULL REFERENCES record (id),
  area INTEGER NOT NULL, -- record.id of the area in the writer's view
  height INTEGER NOT NULL, -- length of the chain of edits
  wall_ms INTEGER NOT NULL, -- the writer's clock: evidence, never a judge
  server_ms INTEGER NOT NULL, -- last server time the writer had seen; 0 when never
  since_server_ms INTEGER NOT NULL, -- monotonic ms since then
  state INTEGER NOT NULL, -- 0 of another device, 1 on the phone, 2 offered, 3 waiting for its parent, 4 refused, 5 withdrawn, 6 at the county
  extra BLOB, -- header entries of a newer version, byte for byte; NULL when none
  salt BLOB, -- 16 bytes; NULL for operations of others and after erasure
  payload BLOB, -- as written; NULL after erasure
  payload_hash BLOB, -- 32 bytes, kept only after erasure so that the chain stays whole
  reason TEXT, -- code of a refusal
  seq INTEGER -- place in the county's feed, once known
) STRICT;

-- What happened to this record? The page of a household and every merge ask it.
CREATE INDEX operation_record ON operation (record);

-- How many stand where, without counting the log.
CREATE INDEX operation_open ON operation (state)
WHERE state IN (1, 2, 3, 4, 5);

-- This device's own log: its number, its last counter, the head of its chain.
CREATE TABLE own_chain (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  device INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  head BLOB NOT NULL -- 32 bytes
) STRICT;

-- Keys from which salts of a block of own operations are derived; a row goes when something in its block is erased.
CREATE TABLE salt_block (
  block INTEGER PRIMARY KEY,
  key BLOB NOT NULL
) STRICT;

-- Single facts about this phone: identity, county, worker, settings, nonce reserve (names: src/meta.rs).
CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- How far the county's feed of an area has been read.
CREATE TABLE feed (
  area INTEGER PRIMARY KEY REFERENCES record (id),
  cursor INTEGER NOT NULL,
  snapshot BLOB, -- progress of a snapshot still being loaded, as the client wrote it; NULL when complete
  lease_until_ms INTEGER -- county's time until which this area may stay readable; NULL when unlimited
) STRICT;

-- 区/镇街/村社区/网格: a node of the tree of areas.
CREATE TABLE area (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "code" TEXT,
  "parent" INTEGER, -- → area
  "level" INTEGER,
  "outline" BLOB,
  "grid_kind" INTEGER,
  "desk_phone" TEXT, -- of the desk that helps here
  "complaint_phone" TEXT,
  "basis" TEXT -- legal basis as the county registered it
) STRICT;

-- 网格员: name, number and role, so that a phone can say who wrote what.
CREATE TABLE worker (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "number" TEXT,
  "role" INTEGER
) STRICT;

-- 事件类别 with its time limit.
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

-- A care category registered and signed by the county.
CREATE TABLE care_category (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "code" TEXT,
  "entry" BLOB,
  "signature" BLOB
) STRICT;

-- 楼栋.
CREATE TABLE building (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "street" TEXT,
  "lat_e7" INTEGER, -- 1e-7 degrees, WGS-84
  "lon_e7" INTEGER, -- 1e-7 degrees, WGS-84
  "walk_order" INTEGER,
  "floors" INTEGER
) STRICT;

-- 房屋.
CREATE TABLE dwelling (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "building" INTEGER, -- → building
  "unit" TEXT,
  "floor" INTEGER,
  "door" TEXT,
  "use" INTEGER
) STRICT;

-- 户: people, not a place.
CREATE TABLE household (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "note" TEXT, -- personal
  "phone" TEXT, -- personal
  "contact_phones" BLOB, -- set: CBOR array; personal
  "remarks" BLOB, -- lines in order: CBOR array; personal
  "kind" INTEGER,
  "same_as" INTEGER, -- → household: the one this was put together with; its people live there now
  "not_same" BLOB -- set: CBOR array of ids of households that somebody said are others behind the same door
) STRICT;

-- A household in a dwelling, with dates and kind.
CREATE TABLE occupancy (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "household" INTEGER, -- → household
  "dwelling" INTEGER, -- → dwelling
  "kind" INTEGER,
  "since" INTEGER, -- day since 1970-01-01
  "until" INTEGER -- day since 1970-01-01
) STRICT;

-- 人.
CREATE TABLE person (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "name" TEXT, -- personal
  "citizen_id" TEXT, -- personal
  "birth" INTEGER, -- day since 1970-01-01; personal
  "sex" INTEGER, -- personal
  "phone" TEXT, -- personal
  "other_phones" BLOB, -- set: CBOR array; personal
  "note" TEXT, -- personal
  "declined" INTEGER,
  "same_as" INTEGER, -- → person: the record this one was said to be the same person as
  "not_same" BLOB, -- set: CBOR array of record ids that somebody said are other people
  "checking" INTEGER -- 1 while the county finds out whether the person is on record elsewhere
) STRICT;

-- What was said about who is whom, resolved: the records folded into another one. Derived from person.same_as whenever that
-- changes; nothing but src/folding.rs writes it.
CREATE TABLE folded_person (
  id INTEGER PRIMARY KEY REFERENCES record (id), -- → person
  stays INTEGER NOT NULL REFERENCES record (id) -- → person that stands for it
) STRICT;

CREATE INDEX folded_person_stays ON folded_person (stays);

-- A person in a household, with kind (registered, usual, floating, overseas) and relation.
CREATE TABLE residence (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "person" INTEGER, -- → person
  "household" INTEGER, -- → household
  "kind" INTEGER,
  "relation" INTEGER,
  "since" INTEGER, -- day since 1970-01-01
  "until" INTEGER, -- day since 1970-01-01
  "ended_because" INTEGER
) STRICT;

-- 特殊人群服务: a service owed to a person, resting on a registered category.
CREATE TABLE care_duty (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "person" INTEGER, -- → person
  "category" TEXT,
  "source" TEXT,
  "since" INTEGER, -- day since 1970-01-01
  "until" INTEGER, -- day since 1970-01-01
  "cadence" INTEGER
) STRICT;

-- 走访.
CREATE TABLE visit (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "household" INTEGER, -- → household
  "at" INTEGER, -- UTC ms
  "outcome" INTEGER,
  "note" TEXT, -- personal
  "duties" BLOB, -- set: CBOR array
  "worker" INTEGER, -- → worker
  "checks" BLOB -- set: CBOR array of `field=answer`
) STRICT;

-- 巡查点.
CREATE TABLE inspection_point (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "name" TEXT,
  "purpose" TEXT,
  "lat_e7" INTEGER, -- 1e-7 degrees, WGS-84
  "lon_e7" INTEGER, -- 1e-7 degrees, WGS-84
  "number" INTEGER,
  "radius_m" INTEGER,
  "hazards_found" INTEGER -- sum of all increments
) STRICT;

-- 巡查: the summary that travels; raw points stay on the phone.
CREATE TABLE patrol (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "worker" INTEGER, -- → worker
  "day" INTEGER, -- day since 1970-01-01
  "slot" INTEGER,
  "started" INTEGER, -- UTC ms
  "ended" INTEGER, -- UTC ms
  "length_m" INTEGER,
  "moving_s" INTEGER,
  "points_reached" INTEGER,
  "points_due" INTEGER,
  "gaps" BLOB,
  "inside_permille" INTEGER,
  "coverage_permille" INTEGER,
  "dropped_points" INTEGER
) STRICT;

-- 到点.
CREATE TABLE check_in (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "patrol" INTEGER, -- → patrol
  "point" INTEGER, -- → inspection_point
  "at" INTEGER, -- UTC ms
  "by_hand" INTEGER, -- 0 or 1
  "note" TEXT
) STRICT;

-- 事件.
CREATE TABLE incident (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "category" TEXT,
  "text" TEXT, -- personal
  "place_name" TEXT,
  "lat_e7" INTEGER, -- 1e-7 degrees, WGS-84
  "lon_e7" INTEGER, -- 1e-7 degrees, WGS-84
  "accuracy_dm" INTEGER,
  "no_fix_reason" TEXT,
  "reported" INTEGER, -- UTC ms
  "worker" INTEGER, -- → worker
  "patrol" INTEGER, -- → patrol
  "household" INTEGER, -- → household
  "number" TEXT,
  "self_resolved" INTEGER -- 0 or 1
) STRICT;

-- One verb in an incident's life.
CREATE TABLE incident_step (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "incident" INTEGER, -- → incident
  "verb" INTEGER,
  "at" INTEGER, -- UTC ms
  "by" TEXT,
  "text" TEXT, -- personal
  "rating" INTEGER,
  "department" TEXT,
  "minutes" INTEGER, -- working time added by an extension
  "turn" INTEGER, -- in which order it counts, whatever clocks say
  "seen" BLOB -- steps of phones that a step of the desk names, 16 bytes each
) STRICT;

-- A photo as evidence: hashes and circumstances; the bytes travel apart.
CREATE TABLE photo_evidence (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "incident" INTEGER, -- → incident
  "original_sha256" BLOB,
  "stored_sha256" BLOB,
  "thumbnail_sha256" BLOB,
  "bytes" INTEGER,
  "width" INTEGER,
  "height" INTEGER,
  "taken" INTEGER, -- UTC ms
  "time_verified" INTEGER, -- 0 or 1
  "lat_e7" INTEGER, -- 1e-7 degrees, WGS-84
  "lon_e7" INTEGER, -- 1e-7 degrees, WGS-84
  "accuracy_dm" INTEGER,
  "mock" INTEGER, -- 0 or 1
  "mono_since_server" INTEGER,
  "satellite" INTEGER -- UTC ms
) STRICT;

-- 任务, with its catalogued basis.
CREATE TABLE task (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  area INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0,
  newest_op INTEGER NOT NULL DEFAULT 0,
  "title" TEXT,
  "basis" TEXT,
  "due" INTEGER, -- day since 1970-01-01
  "state" INTEGER,
  "log" BLOB, -- lines in order: CBOR array
  "household" INTEGER -- → household
) STRICT;

CREATE INDEX incident_category_code ON incident_category (code);

CREATE INDEX care_category_code ON care_category (code);

CREATE INDEX building_walk ON building (area, walk_order)
WHERE deleted = 0;

CREATE INDEX dwelling_building ON dwelling (building);

CREATE INDEX household_area ON household (area)
WHERE deleted = 0;

CREATE INDEX household_same_as ON household (same_as)
WHERE same_as IS NOT NULL;

CREATE INDEX occupancy_household ON occupancy (household);

CREATE INDEX occupancy_dwelling ON occupancy (dwelling);

CREATE INDEX occupancy_ended ON occupancy (area)
WHERE until IS NOT NULL;

CREATE INDEX occupancy_tenancy ON occupancy (area, since)
WHERE kind = 2 AND until IS NULL AND deleted = 0;

CREATE INDEX person_area ON person (area)
WHERE deleted = 0;

CREATE INDEX person_same_as ON person (same_as)
WHERE same_as IS NOT NULL;

CREATE INDEX residence_person ON residence (person);

CREATE INDEX residence_household ON residence (household);

CREATE INDEX residence_ended ON residence (area)
WHERE until IS NOT NULL;

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

-- Found at the door: characters of names, initials, door numbers, tails of ids and phones. Contentless: the words are
-- not stored a second time. rowid = record.id of a person, a dwelling or a household.
CREATE VIRTUAL TABLE search USING fts5 (
  name, -- characters of a name, one token each; words of names in Latin letters
  initials, -- first letters of the pinyin
  door, -- building-unit-door and its ends
  id_tail, -- last six of a citizen id, written backwards
  phone_tail, -- last six of a phone number, written backwards
  content = '',
  contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 tokenchars '-'"
);

-- Who writes with which device, as far as the county told: for "changed by" on the screens.
CREATE TABLE device (
  id INTEGER PRIMARY KEY, -- DeviceNo
  worker INTEGER NOT NULL REFERENCES record (id)
) STRICT;

-- A picture lying encrypted in the folder of photos, from the moment it is taken.
CREATE TABLE photo (
  id INTEGER PRIMARY KEY,
  uuid BLOB NOT NULL UNIQUE, -- also the name of its files, and later of its evidence record
  form TEXT, -- the draft it belongs to; NULL once reported
  evidence INTEGER REFERENCES record (id), -- its evidence record; NULL while in a draft
  key BLOB NOT NULL, -- 32 bytes: the files are readable with this alone
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
  state INTEGER NOT NULL, -- 0 draft, 1 to send, 2 sending, 3 at the county, 4 refused, 5 gone from the phone, 6 let go by the worker
  upload_url TEXT, -- where a broken-off upload goes on; NULL when none
  sent_bytes INTEGER NOT NULL DEFAULT 0,
  thumbnail_sent INTEGER NOT NULL DEFAULT 0, -- 1 when the county has the thumbnail
  reason TEXT, -- code of a refusal
  receipt_ms INTEGER, -- county's time of the receipt; NULL before
  satellite_ms INTEGER, -- what satellites said the time was; NULL without them
  "number" TEXT NOT NULL DEFAULT '' -- what its stamp calls its report
) STRICT;

CREATE INDEX photo_form ON photo (form)
WHERE form IS NOT NULL;

CREATE INDEX photo_evidence_row ON photo (evidence)
WHERE evidence IS NOT NULL;

CREATE INDEX photo_to_send ON photo (id)
WHERE state IN (1, 2);

CREATE INDEX photo_at_county ON photo (receipt_ms)
WHERE state = 3;

-- A form as typed so far.
CREATE TABLE draft (
  form TEXT NOT NULL PRIMARY KEY,
  fields BLOB NOT NULL, -- CBOR map of text to text
  saved_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who was opened, when and why: a hash chain that the worker may read back.
CREATE TABLE access_log (
  id INTEGER PRIMARY KEY, -- dense, from 1
  at_ms INTEGER NOT NULL,
  person BLOB NOT NULL, -- 16 bytes: uuid of the record opened
  worker BLOB NOT NULL, -- 16 bytes: uuid of the worker
  reason TEXT NOT NULL,
  hash BLOB NOT NULL -- SHA-256(hash of the row before ‖ this row)
) STRICT;

CREATE INDEX access_log_at ON access_log (at_ms);

-- Raw points of own patrols. They never leave the phone and die by the rule of the domain.
CREATE TABLE track_point (
  id INTEGER PRIMARY KEY,
  patrol INTEGER NOT NULL REFERENCES record (id),
  segment INTEGER NOT NULL, -- a new one after each interruption
  lat_e7 INTEGER NOT NULL,
  lon_e7 INTEGER NOT NULL,
  accuracy_dm INTEGER,
  hdop_tenths INTEGER,
  wall_ms INTEGER,
  mono_ms INTEGER,
  mock INTEGER NOT NULL
) STRICT;

CREATE INDEX track_point_patrol ON track_point (patrol, id);

-- Own patrols as pressed: under way, or done with raw points still here.
CREATE TABLE own_patrol (
  id INTEGER PRIMARY KEY REFERENCES record (id),
  open INTEGER NOT NULL, -- 1 while under way
  state BLOB NOT NULL, -- as the client wrote it
  ended_ms INTEGER,
  receipt_ms INTEGER -- when the county's receipt for the summary came
) STRICT;

CREATE INDEX own_patrol_open ON own_patrol (id)
WHERE open = 1;

-- Other people's operations in an area, added up: compared with what the county has at the same place of the feed.
CREATE TABLE area_digest (
  area INTEGER PRIMARY KEY REFERENCES record (id),
  operations INTEGER NOT NULL,
  sum BLOB NOT NULL -- 16 bytes, sum of the digests modulo 2^128
) STRICT;

-- While everything is read anew: operations the county named again. The others of its operations go at the end.
CREATE TABLE seen_again (
  id INTEGER PRIMARY KEY
) STRICT;

-- Records to be merged again at the end, because an operation of theirs went or was another one.
CREATE TABLE to_merge (
  record INTEGER PRIMARY KEY REFERENCES record (id)
) STRICT;
