import { ExperimentDefinition } from '../../src/catalogue/experiment.ts';
import { Metric } from '../../src/catalogue/metric.ts';
import { RunningPlans } from '../../src/catalogue/running-plans.ts';
import type { Postgres } from '../../src/stores/postgres/index.ts';
import { loadSql } from '../../src/stores/sql-file.ts';

const GENERATE = loadSql(new URL('./generate-experiments.sql', import.meta.url));

/** Makes so many running experiments, `flag-1`…, each on a flag of its name, of so many metrics `m1`…; gives their plans. */
export async function makeExperiments(
  postgres: Postgres,
  { flags, metrics }: { readonly flags: number; readonly metrics: number },
): Promise<RunningPlans> {
  const goal = Array.from({ length: metrics }, (_, index) => `m${index + 1}`);
  const definition = ExperimentDefinition.parse({
    ...{ key: 'flag', flag: 'flag', control: 'control', refreshSeconds: 1, metrics: { goal } },
    arms: ['control', 'treatment'].map((variant) => ({ variant, weight: 1 })),
    start: '2026-01-01T00:00:00Z',
  });
  const definitions = goal.map((key) =>
    Metric.parse({ type: 'mean', key, source: { event: key, aggregation: 'sum' } }),
  );
  await postgres.query(
    `INSERT INTO metric_versions (key, version, definition, created_at)
     SELECT metric ->> 'key', 1, metric, now() FROM jsonb_array_elements($1::jsonb) AS metric`,
    [JSON.stringify(definitions)],
  );
  await postgres.query(GENERATE, [flags, JSON.stringify(definition), goal]);
  return new RunningPlans(postgres);
}
