-- What is asked of a live build and what came of it. `untrusted`: its moments were not what raw rows give; it is being made
-- anew. largest_difference is relative to the terms that were added up; counts must be equal.
ALTER TABLE attribution_builds
  ADD COLUMN verification_asked_at timestamptz,
  ADD COLUMN rebuild_asked_at timestamptz,
  ADD COLUMN verified_at timestamptz,
  ADD COLUMN verified_through bigint,
  ADD COLUMN largest_difference double precision,
  ADD COLUMN difference_at text,
  ADD COLUMN untrusted boolean NOT NULL DEFAULT false;
