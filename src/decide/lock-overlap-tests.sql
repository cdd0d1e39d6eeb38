-- Question: how many pairs of an environment were ever tested? The row stays locked until the transaction ends.
-- Inputs:   $1 environment
-- Outputs:  last
INSERT INTO overlap_tests (environment, last) VALUES ($1, 0)
ON CONFLICT (environment) DO UPDATE SET last = overlap_tests.last
RETURNING last
