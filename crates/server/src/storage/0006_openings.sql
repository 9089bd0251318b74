-- How far the county has a phone's log of opened persons, and the chain there. What stood in it is in the audit log.
ALTER TABLE device ADD COLUMN opened INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN opened_head BLOB NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
