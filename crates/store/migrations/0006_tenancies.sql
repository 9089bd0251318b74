-- Tenancies by their first day: who moved in lately.
CREATE INDEX occupancy_tenancy ON occupancy (area, since)
WHERE kind = 2 AND until IS NULL AND deleted = 0;
