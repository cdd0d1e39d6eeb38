-- What the moments of an experiment's metrics are made with: the centre they are taken around and the computed caps.
-- Each change is a version; the recomputation and the cycle read the same, highest one. caps is an object by epoch
-- number: {"1": {"value": 12.5, "totals": 4000, "frozen": true}}.
CREATE TABLE metric_parameters (
  experiment     text NOT NULL,
  metric         text NOT NULL,
  metric_version integer NOT NULL,
  version        integer NOT NULL CHECK (version > 0),
  centre         jsonb NOT NULL,
  centre_units   bigint NOT NULL,
  caps           jsonb NOT NULL,
  data_through   timestamptz NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (experiment, metric, metric_version, version)
);
CREATE TRIGGER metric_parameters_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON metric_parameters
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
