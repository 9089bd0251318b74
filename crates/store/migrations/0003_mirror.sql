-- What the county has of other people's operations, checked and, when it differs, read anew.

CREATE TABLE area_digest (
  area INTEGER PRIMARY KEY REFERENCES record (id),
  operations INTEGER NOT NULL,
  sum BLOB NOT NULL
) STRICT;

CREATE TABLE seen_again (
  id INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE to_merge (
  record INTEGER PRIMARY KEY REFERENCES record (id)
) STRICT;
