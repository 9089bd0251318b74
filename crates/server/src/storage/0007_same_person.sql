-- One person in two areas. `person_key` holds a hash of each living person's citizen id, keyed with a secret of the county's:
-- equal numbers are found without comparing numbers, and the hash goes nowhere else. A record folded into another of its
-- own area has none.
CREATE TABLE person_key (
  county INTEGER NOT NULL,
  person BLOB    NOT NULL,
  area   BLOB    NOT NULL,
  hash   BLOB    NOT NULL,
  PRIMARY KEY (county, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_key_hash ON person_key (county, hash);

-- Two records of different areas with the same number. `one` is the smaller id. State: 0 open, 1 the same person, 2 not the
-- same. Open pairs go when the numbers no longer agree; what somebody decided stays.
CREATE TABLE person_pair (
  county     INTEGER NOT NULL,
  one        BLOB    NOT NULL,
  other      BLOB    NOT NULL,
  state      INTEGER NOT NULL DEFAULT 0,
  found_ms   INTEGER NOT NULL,
  decided_ms INTEGER,
  decided_by TEXT,
  PRIMARY KEY (county, one, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_pair_other ON person_pair (county, other);
