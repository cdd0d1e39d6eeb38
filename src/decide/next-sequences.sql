-- Question: which numbers do so many new decisions of an environment get?
-- Inputs:   $1 environment, $2 how many
-- Outputs:  last, the greatest of them; the environment's row stays locked until the transaction ends
INSERT INTO decision_sequences (environment, last) VALUES ($1, $2)
ON CONFLICT (environment) DO UPDATE SET last = decision_sequences.last + $2
RETURNING last
