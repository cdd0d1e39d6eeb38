-- What is measured and how: environments, flags, segments, metrics, experiments and their epochs.
-- Definitions are JSON documents that the service validates on the way in and on the way out; a column that a question
-- filters on is generated from its document, so that the two cannot differ.

CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;

-- Environments, flags and segments: one current document each. `id` is the key, or environment/key for a flag.
CREATE TABLE catalogue_entries (
  kind        text NOT NULL CHECK (kind IN ('environments', 'flags', 'segments')),
  id          text COLLATE "C" NOT NULL,
  definition  jsonb NOT NULL,
  revision    integer NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  environment text GENERATED ALWAYS AS (definition ->> 'environment') STORED,
  PRIMARY KEY (kind, id)
);

-- Every version of every metric; the highest is the current one.
CREATE TABLE metric_versions (
  key        text COLLATE "C" NOT NULL,
  version    integer NOT NULL CHECK (version > 0),
  definition jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (key, version)
);
CREATE TRIGGER metric_versions_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON metric_versions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TABLE experiments (
  key         text COLLATE "C" PRIMARY KEY,
  definition  jsonb NOT NULL,
  status      text NOT NULL CHECK (status IN ('draft', 'running', 'stopped', 'archived')),
  revision    integer NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  started_at  timestamptz,
  stopped_at  timestamptz,
  environment text GENERATED ALWAYS AS (definition ->> 'environment') STORED,
  flag        text GENERATED ALWAYS AS (definition ->> 'flag') STORED
);
CREATE INDEX experiments_by_flag ON experiments (environment, flag);

-- Which version of a metric an experiment that was started counts by.
CREATE TABLE experiment_metrics (
  experiment text NOT NULL REFERENCES experiments (key),
  metric     text NOT NULL,
  version    integer NOT NULL,
  PRIMARY KEY (experiment, metric),
  FOREIGN KEY (metric, version) REFERENCES metric_versions (key, version)
);

CREATE TABLE epochs (
  experiment   text NOT NULL REFERENCES experiments (key),
  number       integer NOT NULL CHECK (number > 0),
  arms         jsonb NOT NULL,
  targeting    jsonb NOT NULL,
  effective_at timestamptz NOT NULL,
  external_id  text,
  flag_version text,
  opened_at    timestamptz NOT NULL,
  PRIMARY KEY (experiment, number),
  UNIQUE (experiment, effective_at),
  UNIQUE (experiment, external_id),
  UNIQUE (experiment, flag_version)
);
CREATE TRIGGER epochs_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON epochs
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

INSERT INTO catalogue_entries (kind, id, definition, revision, created_at, updated_at)
VALUES ('environments', 'production', '{"key": "production", "name": "Production"}', 1, now(), now());
