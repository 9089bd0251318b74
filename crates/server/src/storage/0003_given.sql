-- Pictures given: the bytes themselves came in for this evidence, whole and verified. Who knows no more of a picture than
-- its hash can write it into evidence (`picture`), and stands not in here: only what is given is shown or receipted.
CREATE TABLE picture_given (
  county   INTEGER NOT NULL,
  sha256   BLOB    NOT NULL,
  evidence BLOB    NOT NULL,
  device   INTEGER NOT NULL,
  PRIMARY KEY (county, sha256, evidence)
) STRICT, WITHOUT ROWID;

-- What was held before this was kept: given for the evidence that spoke of it first. Device 0 is the county.
INSERT INTO picture_given (county, sha256, evidence, device)
SELECT county, sha256, evidence, 0
FROM (
  SELECT p.county, p.sha256, p.evidence,
         row_number() OVER (PARTITION BY p.county, p.sha256 ORDER BY r.made_ms, r.seq) AS n
  FROM picture p
  JOIN blob b ON b.county = p.county AND b.sha256 = p.sha256
  JOIN record r ON r.county = p.county AND r.id = p.evidence
)
WHERE n = 1;
