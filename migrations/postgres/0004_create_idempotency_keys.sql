-- Answers to POST requests that carried an Idempotency-Key, kept for 24 hours and written with the change itself.
CREATE TABLE idempotency_keys (
  actor      text NOT NULL,
  key        text NOT NULL,
  request    text NOT NULL,
  response   text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
