-- How many pairs of an environment were ever tested for independent assignment: each gets a smaller part of the alpha.
CREATE TABLE overlap_tests (
  environment text COLLATE "C" PRIMARY KEY,
  last        integer NOT NULL CHECK (last >= 0)
);

-- Pairs of epochs of running experiments with units in both. `halvings`: one of 2^halvings units is looked at; another sample is
-- another test. log_e: the largest so far; shown_at: since when it is at least 1/alpha.
CREATE TABLE assignment_overlaps (
  environment  text COLLATE "C" NOT NULL,
  first        text COLLATE "C" NOT NULL,
  first_epoch  integer NOT NULL,
  second       text COLLATE "C" NOT NULL,
  second_epoch integer NOT NULL,
  halvings     integer NOT NULL,
  alpha        double precision NOT NULL CHECK (alpha > 0),
  log_e        double precision NOT NULL,
  units        bigint NOT NULL,
  tested_at    timestamptz NOT NULL,
  shown_at     timestamptz,
  PRIMARY KEY (environment, first, second, first_epoch, second_epoch, halvings),
  CHECK (first < second)
);
CREATE INDEX assignment_overlaps_shown ON assignment_overlaps (shown_at) WHERE shown_at IS NOT NULL;
