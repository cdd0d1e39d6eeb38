-- Rollout engines that may be told to stop a treatment. The definition names its credential's file and never holds the
-- credential itself.
CREATE TABLE engine_connections (
  key         text COLLATE "C" PRIMARY KEY,
  environment text COLLATE "C" NOT NULL,
  definition  jsonb NOT NULL,
  revision    int NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
);
CREATE INDEX engine_connections_of_environment ON engine_connections (environment, key);

-- Addresses that engines without credentials of their own may ask for one treatment, by the SHA-256 of their token only.
-- Revoked ones stay, so that the audit log's names keep their meaning.
CREATE TABLE engine_gates (
  id          text COLLATE "C" PRIMARY KEY,
  hash        text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
  name        text NOT NULL,
  environment text COLLATE "C" NOT NULL,
  flag        text COLLATE "C" NOT NULL,
  treatment   text COLLATE "C" NOT NULL,
  created_by  text NOT NULL,
  created_at  timestamptz NOT NULL,
  revoked_at  timestamptz
);
CREATE UNIQUE INDEX engine_gates_by_hash ON engine_gates (hash) WHERE revoked_at IS NULL;
