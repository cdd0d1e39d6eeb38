CREATE INDEX current_decisions_in_order ON current_decisions (environment, sequence);

-- How far somebody who passes decisions on has come in each environment: everything up to `sequence` is passed on.
CREATE TABLE notify_cursors (
  reader      text COLLATE "C" NOT NULL,
  environment text COLLATE "C" NOT NULL,
  sequence    bigint NOT NULL CHECK (sequence >= 0),
  PRIMARY KEY (reader, environment)
);

-- One publisher writes to the topic at a time: whoever holds the lease, told by its fence, which rises with each holder.
CREATE TABLE notify_leases (
  name       text PRIMARY KEY,
  holder     text NOT NULL,
  fence      bigint NOT NULL,
  expires_at timestamptz NOT NULL
);
