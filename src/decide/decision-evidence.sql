-- Question: what was this decision computed from?
-- Inputs:   $1 id
-- Outputs:  document, evidence
SELECT document, evidence FROM decisions WHERE id = $1
