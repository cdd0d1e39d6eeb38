-- Question: how far have an environment's decisions been turned into enforcements?
-- Inputs:   $1 environment
-- Outputs:  sequence; no row where none was
SELECT sequence FROM enforcement_cursors WHERE environment = $1
