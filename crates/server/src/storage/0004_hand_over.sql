-- When a grant was taken back: for a while after it, what was written under it is still taken in.
ALTER TABLE area_grant ADD COLUMN revoked_ms INTEGER NOT NULL DEFAULT 0;
