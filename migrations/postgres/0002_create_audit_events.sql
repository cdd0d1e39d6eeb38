-- Who changed what, when and why; written with the change and never altered afterwards.
CREATE TABLE audit_events (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL,
  actor      text NOT NULL,
  actor_name text NOT NULL,
  action     text NOT NULL,
  resource   text NOT NULL,
  before     jsonb,
  after      jsonb,
  why        text
);
CREATE INDEX audit_events_by_resource ON audit_events (resource, id);

CREATE TRIGGER audit_events_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
