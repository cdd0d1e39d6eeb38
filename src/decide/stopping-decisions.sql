-- Question: which current decisions of an environment stop something?
-- Inputs:   $1 environment
-- Outputs:  document, in the order of flag and treatment
SELECT document FROM current_decisions
WHERE environment = $1 AND document ->> 'action' IN ('rollback', 'pause')
ORDER BY flag, treatment
