-- Question: what changed, newest first?
-- Inputs:   $1 below this id (null: from the newest), $2 resource or null, $3 actor or null, $4 rows at most
-- Outputs:  id, at, actor, actor_name, action, resource, before, after, why
SELECT id::text AS id, at, actor, actor_name, action, resource, before, after, why
FROM audit_events
WHERE ($1::bigint IS NULL OR id < $1::bigint)
  AND ($2::text IS NULL OR resource = $2)
  AND ($3::text IS NULL OR actor = $3)
ORDER BY audit_events.id DESC
LIMIT $4::int
