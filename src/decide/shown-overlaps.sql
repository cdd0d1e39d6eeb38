-- Question: which pairs of running experiments are not assigned independently? The best shown first.
-- Inputs:   $1 at most so many
-- Outputs:  first, first_epoch, first_flag, second, second_epoch, second_flag, alpha, log_e, units
SELECT o.first, o.first_epoch, a.flag AS first_flag, o.second, o.second_epoch, b.flag AS second_flag,
       o.alpha, o.log_e, o.units
FROM assignment_overlaps AS o
JOIN experiments AS a ON a.key = o.first AND a.status = 'running'
JOIN experiments AS b ON b.key = o.second AND b.status = 'running'
WHERE o.shown_at IS NOT NULL
ORDER BY o.log_e + ln(o.alpha) DESC, o.first, o.second
LIMIT $1
