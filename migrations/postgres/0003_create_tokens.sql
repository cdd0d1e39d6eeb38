-- Tokens, by their SHA-256 only. Revoked ones stay, so that the audit log's actors keep their names.
CREATE TABLE tokens (
  id           text COLLATE "C" PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('minted', 'bootstrap', 'configured')),
  name         text NOT NULL,
  hash         text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
  scopes       jsonb NOT NULL,
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  shown_at     timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz
);
-- A configured token may be taken away and come back; only one of a hash counts at a time.
CREATE UNIQUE INDEX tokens_by_hash ON tokens (hash) WHERE revoked_at IS NULL;
