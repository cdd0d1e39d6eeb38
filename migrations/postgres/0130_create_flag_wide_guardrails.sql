-- The flag-wide guardrails of an environment are one more sort of entry; their id is the environment.
ALTER TABLE catalogue_entries DROP CONSTRAINT catalogue_entries_kind_check;
ALTER TABLE catalogue_entries ADD CONSTRAINT catalogue_entries_kind_check
  CHECK (kind IN ('environments', 'flags', 'segments', 'flagGuardrails'));

-- What an experiment carries of them: {"revision": of the entry, "guardrails": [...], "optedOut": null | {...}}. It is kept with
-- the experiment, so that a plan is one row's and a change is a revision of it.
-- implicit: made by the service for a flag without an experiment.
ALTER TABLE experiments
  ADD COLUMN flag_wide jsonb NOT NULL DEFAULT '{"revision": 0, "guardrails": [], "optedOut": null}',
  ADD COLUMN flag_wide_revision integer GENERATED ALWAYS AS ((flag_wide ->> 'revision')::integer) STORED,
  ADD COLUMN implicit boolean NOT NULL DEFAULT false;

-- Every second somebody asks which experiments are behind, and which implicit ones are over.
CREATE INDEX experiments_flag_wide ON experiments (environment, flag_wide_revision) WHERE status = 'running';
CREATE INDEX experiments_implicit_ending ON experiments (key)
WHERE status = 'running' AND implicit AND definition ->> 'end' IS NOT NULL;

-- As in 0102, with those that have flag-wide ones alone.
DROP INDEX experiments_guarded;
CREATE INDEX experiments_guarded ON experiments (key)
WHERE status = 'running'
  AND (jsonb_array_length(coalesce(definition -> 'guardrails', '[]')) > 0 OR jsonb_array_length(flag_wide -> 'guardrails') > 0);

-- The flags that may be watched without an experiment: those that say how their units are shared out.
CREATE INDEX catalogue_entries_allocated ON catalogue_entries (id)
WHERE kind = 'flags' AND jsonb_typeof(definition -> 'allocation') = 'object';
