import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import type { RawConversion, RawImpression } from './model-unit.ts';
import { Random } from './random.ts';
import { randomTrial, type Unhashed } from './streams.ts';

/** Several experiments of one environment, each on a flag of its own, whose units and conversions are the same. */
export interface World {
  readonly environment: string;
  readonly plans: readonly ExperimentPlan[];
  readonly impressions: readonly Unhashed<RawImpression>[];
  readonly conversions: readonly Unhashed<RawConversion>[];
  /** Receipt times, ascending: up to where the watermark comes, one after the other. */
  readonly cuts: readonly number[];
  /** How many new rows are attributed at a time. */
  readonly rowsAtATime: number;
  /** By cut: the units that are to be erased then; what is received of them later counts anew. */
  readonly erasures: readonly (readonly WorldUnit[])[];
}

export interface WorldUnit {
  readonly type: string;
  readonly id: string;
}

export function randomWorld(
  seed: number,
  { experiments, streams, cuts }: Record<'experiments' | 'streams' | 'cuts', number>,
  /** Worlds of one seed and different names have nothing in common but what they look like. */
  name = 'world',
): World {
  const random = new Random(seed);
  const environment = `${name}-${seed}`;
  // Erasing a unit erases it in all worlds. An id may have any characters.
  const unitId = (id: string) => `${environment}/${id}\\"'é`;
  const trials = Array.from({ length: experiments }, (_, index) => {
    const trial = randomTrial(seed * 1000 + index, streams);
    const flag = `flag-${index}`;
    return {
      plan: {
        ...trial.plan,
        ...{ environment, flag, key: `${environment}-${index}` },
        // A key and a version name one definition, whatever experiment uses it.
        metrics: trial.plan.metrics.map((metric) => ({
          ...metric,
          definition: { ...metric.definition, key: `${metric.definition.key}-of-${index}` },
        })),
      },
      impressions: trial.impressions.map((row) => ({
        ...row,
        unitId: unitId(row.unitId),
        environment,
        name: row.name === 'flag' ? flag : row.name,
      })),
      conversions: trial.conversions.map((row) => ({
        ...row,
        unitId: unitId(row.unitId),
        environment,
        id: `${row.id}-${index}`,
        // What was added and is taken away again leaves its rounding error: see ADR 35. A segment's cell may be left with
        // one small unit of a few.
        value: row.value === 1e6 ? 1e2 : row.value,
      })),
    };
  });
  const impressions = trials.flatMap((trial) => trial.impressions);
  const conversions = trials.flatMap((trial) => trial.conversions);
  const received = [...impressions, ...conversions].map((row) => row.receivedAt).sort((a, b) => a - b);
  const times = Array.from({ length: cuts - 1 }, () => random.pick(received) - random.int(0, 1));
  const allCuts = [...new Set([...times, (received.at(-1) ?? 0) + 1])].sort((a, b) => a - b);
  const [shared = []] = trials.map((trial) => trial.plan.metrics);
  return {
    environment,
    // Some metrics are those of several experiments.
    plans: trials.map(({ plan }, index) =>
      index === 0 || random.chance(0.5)
        ? plan
        : { ...plan, metrics: [...shared.slice(0, 2), ...plan.metrics] },
    ),
    impressions,
    conversions,
    cuts: allCuts,
    erasures: allCuts.map(() =>
      Array.from({ length: random.pick([0, 1, 1, 3]) }, () => {
        const row = random.chance(0.5) ? random.pick(impressions) : random.pick(conversions);
        return { type: row.unitType, id: row.unitId };
      }),
    ),
    // Large cycles are of a few ranges of units, or of one.
    rowsAtATime: random.pick([Math.ceil(received.length / 8), 1e6, 1e6]),
  };
}
