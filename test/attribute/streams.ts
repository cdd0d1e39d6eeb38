import {
  type AttributeFilter,
  DecisionPolicy,
  type Epoch,
  type ExperimentPlan,
  type Metric,
  type MetricSource,
  type PlannedMetric,
} from '../../src/catalogue/index.ts';
import type { RawConversion, RawImpression } from './model-unit.ts';
import { Random } from './random.ts';

/** A row before the store has hashed it. */
export type Unhashed<Row> = Omit<Row, 'contentHash'>;

/** An experiment and what was received of it. */
export interface Trial {
  readonly plan: ExperimentPlan;
  readonly impressions: readonly Unhashed<RawImpression>[];
  readonly conversions: readonly Unhashed<RawConversion>[];
  readonly dataThrough: number;
  readonly segment: readonly AttributeFilter[];
}

// Half hours: windows, epochs and events often meet at one millisecond.
const STEP = 1_800_000;
const START = Date.UTC(2026, 2, 1, 18);
const NAMES = ['order', 'view', 'refund'];
const ODD_NAME = "a=b,[c]'";
/** More than there are segments of; some look like what segments are called. */
const CITIES = [
  ...Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index)),
  ...[
    '',
    '0',
    '["city"]',
    '["city","A"]',
    'A"]',
    "'",
    '\\',
    '\\n',
    '\n\t',
    'ß',
    '漢',
    '😀',
    '%',
    '{p0:String}',
    '/*pairs*/',
  ],
];

/**
 * An experiment from one seed, and so many streams of the events of a few units each with everything that may go wrong
 * with them. Streams share the experiment, because asking the engine costs more than answering.
 */
export function randomTrial(seed: number, streams: number): Trial {
  const random = new Random(seed);
  const environment = `env-${seed}`;
  const plan: ExperimentPlan = {
    ...{ key: `experiment-${seed}`, environment, flag: 'flag', unitType: 'user', control: 'control' },
    ...{ status: 'running', refreshSeconds: 60, segments: [], specHash: '' },
    segmentAttributes: random.pick([[], ['country'], ['city'], ['city', 'age', 'never', ODD_NAME]]),
    eligibleReasons: ['', 'split', 'cached'],
    guardrails: [],
    guardrailsChangedAt: null,
    optedOut: null,
    decisions: DecisionPolicy.parse({}),
    guardSeconds: random.pick([0, 60, STEP / 1000, (2 * STEP) / 1000]),
    start: new Date(START),
    end: random.chance(0.5) ? new Date(START + random.int(16, 60) * STEP) : null,
    statistics: { method: 'fixed', alpha: 0.05 },
    epochs: randomEpochs(random),
    metrics: Array.from({ length: random.int(4, 7) }, (_, index) => randomMetric(random, index)),
  };
  const numbers = Array.from({ length: streams }, (_, index) => index);
  const impressions = random.shuffled(
    numbers.flatMap((stream) =>
      originals(random, environment, 'impression', stream).flatMap((row) =>
        withRepeats(random, row, (again) => disturbImpression(random, again)),
      ),
    ),
  );
  const conversions = random.shuffled(
    numbers.flatMap((stream) =>
      originals(random, environment, 'conversion', stream).flatMap((row) =>
        withRepeats(random, row, (again) => disturbConversion(random, again)),
      ),
    ),
  );
  // Often at the very end of somebody's window: whether it has closed decides what a cap is computed from.
  const { ts } = random.pick(impressions);
  const windowHours = hoursOf(random.pick(plan.metrics).definition);
  const dataThrough = random.chance(0.6)
    ? Math.max(ts + windowHours * 2 * STEP, START + 12 * STEP)
    : START + random.int(20, 70) * STEP;
  const segment = random.chance(0.25) ? [randomFilter(random)] : [];
  return { plan, impressions, conversions, dataThrough, segment };
}

/** The same events in another environment: in another order, and each row perhaps again, as a replay does. */
export function replayed({ plan, impressions, conversions, ...rest }: Trial, seed: number): Trial {
  const random = new Random(seed);
  const environment = `${plan.environment}-again`;
  const again = <Row extends { environment: string }>(rows: readonly Row[]) =>
    random
      .shuffled(rows.flatMap((row) => Array.from({ length: random.int(1, 3) }, () => row)))
      .map((row) => ({ ...row, environment }));
  const key = `${plan.key}-again`;
  return {
    ...rest,
    plan: { ...plan, environment, key },
    impressions: again(impressions),
    conversions: again(conversions),
  };
}

function randomEpochs(random: Random): Epoch[] {
  const count = random.pick([1, 1, 2, 2, 3]);
  const arms = random.chance(0.3) ? ['control', 'a', 'b'] : ['control', 'a'];
  let at = START;
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) at += random.pick([random.int(1, 16), 4 * random.int(1, 4)]) * STEP;
    const own = index > 0 && random.chance(0.3) ? ['b', 'control'] : arms;
    return {
      number: index + 1,
      arms: own.map((variant) => ({ variant, weight: random.int(0, 3) })),
      targeting: random.chance(0.3) ? [randomFilter(random)] : [],
      effectiveAt: new Date(at),
      externalId: null,
      flagVersion: random.chance(0.5) ? `v${index + 1}` : null,
    };
  });
}

function randomFilter(random: Random): AttributeFilter {
  const attribute = random.pick(['country', 'age', 'beta']);
  switch (random.int(0, 3)) {
    case 0:
      return { attribute, op: random.pick(['eq', 'ne'] as const), value: random.pick(['DE', '20', '']) };
    case 1:
      return { attribute, op: random.pick(['in', 'notIn'] as const), values: ['DE', "O'FR\\", '30'] };
    case 2:
      return {
        attribute,
        op: random.pick(['lt', 'lte', 'gt', 'gte'] as const),
        value: random.pick([20, 29.5]),
      };
    default:
      return { attribute, op: random.pick(['exists', 'notExists'] as const) };
  }
}

function randomAttributes(random: Random): Record<string, string> {
  const attributes: Record<string, string> = {};
  if (random.chance(0.7)) attributes['country'] = random.pick(['DE', "O'FR\\", '']);
  if (random.chance(0.7))
    attributes['age'] = random.pick(['20', '30', '2.95e1', 'old', '', ' 20', 'inf', '+.5']);
  if (random.chance(0.3)) attributes['beta'] = 'yes';
  if (random.chance(0.8)) attributes['city'] = random.pick(CITIES);
  if (random.chance(0.5)) attributes[ODD_NAME] = random.pick(['=', 'b', ODD_NAME]);
  return attributes;
}

/** When a metric's window closes; 0 where it has no end. */
function hoursOf(definition: Metric): number {
  return (definition.type === 'retention' ? definition.toHours : definition.windowHours) ?? 0;
}

function randomSource(random: Random, aggregations: readonly MetricSource['aggregation'][]): MetricSource {
  return {
    event: random.pick(NAMES),
    filters: random.chance(0.3) ? [randomFilter(random)] : [],
    aggregation: random.pick(aggregations),
  };
}

function randomMetric(random: Random, index: number): PlannedMetric {
  const summing = ['sum', 'count', 'distinctDays'] as const;
  const about = { key: `metric-${index}`, name: '', description: '', direction: 'decreaseIsBad' as const };
  const common = {
    ...about,
    windowHours: random.pick([null, 0.5, 1, 2, 6, 30]),
    prePeriodHours: random.pick([null, 0.5, 2, 20]),
  };
  let definition: Metric;
  switch (random.int(0, 8)) {
    case 0:
      definition = {
        ...common,
        type: 'ratio',
        numerator: { ...randomSource(random, summing), aggregation: random.pick(summing) },
        denominator: { ...randomSource(random, summing), aggregation: random.pick(summing) },
      };
      break;
    case 1: {
      const { event, filters } = randomSource(random, summing);
      definition = { ...common, type: 'proportion', source: { event, filters } };
      break;
    }
    case 2: {
      const { event, filters } = randomSource(random, summing);
      const fromHours = random.pick([0, 1, 4, 8]);
      const toHours = fromHours + random.pick([0.5, 1, 3, 20]);
      definition = {
        ...about,
        ...{ type: 'retention', prePeriodHours: null, source: { event, filters }, fromHours, toHours },
      };
      break;
    }
    case 3: {
      const { event, filters } = randomSource(random, summing);
      const intervalHours = random.pick([0.5, 1, 2, 24]);
      const windowHours = intervalHours * random.pick([1, 2, 5, 12]);
      definition = {
        ...about,
        ...{
          type: 'timeToEvent',
          prePeriodHours: null,
          source: { event, filters },
          windowHours,
          intervalHours,
        },
      };
      break;
    }
    case 4: {
      const steps = Array.from({ length: random.int(2, 4) }, () => {
        const { event, filters } = randomSource(random, summing);
        return { event, filters };
      });
      const { windowHours } = common;
      definition = { ...about, type: 'funnel', prePeriodHours: null, windowHours, steps };
      break;
    }
    case 5:
      definition = {
        ...about,
        ...{ type: 'quantile', prePeriodHours: null, windowHours: random.pick([null, 2, 30]) },
        source: randomSource(random, ['sum', 'sum', 'count', 'max', 'max', 'min', 'last', 'distinctDays']),
        quantile: random.pick([0.5, 0.9]),
      };
      break;
    default:
      definition = {
        ...common,
        type: 'mean',
        source: randomSource(random, ['sum', 'sum', 'count', 'max', 'min', 'last', 'distinctDays']),
        cap: random.pick([
          null,
          null,
          { kind: 'value', value: random.pick([1, 4.5]) },
          { kind: 'percentile', percentile: random.pick([0.5, 0.9]), includeZeros: random.chance(0.5) },
        ]),
        transform: random.chance(0.3) ? 'log1p' : 'identity',
      };
  }
  return { role: 'secondary', version: 1, definition };
}

type Row<Kind> = Unhashed<Kind extends 'impression' ? RawImpression : RawConversion>;

function originals<Kind extends 'impression' | 'conversion'>(
  random: Random,
  environment: string,
  kind: Kind,
  stream: number,
): Row<Kind>[] {
  const users = random.int(1, 5);
  const count = kind === 'impression' ? users * random.int(2, 8) : users * random.int(5, 25);
  return Array.from({ length: count }, (_, index) => {
    const ts = randomTime(random, kind === 'impression' ? -4 : -24);
    const types = random.pick([
      ['user'],
      ['user'],
      ['user'],
      ['user', 'device'],
      ['device'],
      ['device', 'session'],
    ]);
    const common = {
      environment,
      // Ids repeat from unit to unit, and sometimes within one.
      id: random.chance(0.9) ? `${kind}-${index}` : `shared-${random.int(0, 3)}`,
      ...{
        ts,
        attributes: randomAttributes(random),
        unitTypes: types,
        receivedAt: randomReceipt(random, ts),
      },
    };
    const specific =
      kind === 'impression'
        ? {
            name: random.chance(0.95) ? 'flag' : 'another-flag',
            variant: random.pick(['control', 'control', 'control', 'a', 'a', 'b', 'c']),
            reason: random.pick(['', '', '', 'split', 'split', 'cached', 'default', 'error']),
            flagVersion: random.pick(['', '', 'v1', 'v2', 'v3', 'v9']),
          }
        : { name: random.pick([...NAMES, 'other']), value: randomValue(random) };
    return types.map((unitType) => ({
      ...common,
      ...specific,
      unitType,
      unitId: `${stream}-${random.int(1, users)}`,
    }));
    // Which of the two a row is follows from `kind`, which the compiler does not trace.
  }).flat() as unknown as Row<Kind>[];
}

/** Steps from the start, every fourth more often, so that many times are the same; sometimes a millisecond off. */
function randomTime(random: Random, earliest: number): number {
  const steps = random.chance(0.6) ? 4 * random.int(Math.ceil(earliest / 4), 15) : random.int(earliest, 60);
  return START + steps * STEP + random.pick([0, 0, 0, 0, 0, 0, -1, 1]);
}

/** Mostly soon after, sometimes days late. */
function randomReceipt(random: Random, ts: number): number {
  return ts + random.pick([0, 1000, 1000, 20 * STEP, 400 * STEP]);
}

function randomValue(random: Random): number | null {
  // Several that one bucket of a quantile holds.
  const near = 7 + random.int(0, 9) / 1000;
  return random.pick([null, 0, 1, 2.5, near, near, near, -1, -3, 1e6, random.next() * 10]);
}

/** The row and, now and then, the same identity again: as it was, or with other contents. */
function withRepeats<T>(random: Random, row: T, disturb: (row: T) => T): T[] {
  const again: T[] = [];
  while (random.chance(0.2)) again.push(random.chance(0.3) ? row : disturb(row));
  return random.shuffled([row, ...again]);
}

function disturbTimes<T extends { ts: number; receivedAt: number }>(random: Random, row: T): T {
  const ts = random.chance(0.5) ? row.ts : randomTime(random, -24);
  return { ...row, ts, receivedAt: randomReceipt(random, ts) };
}

function disturbImpression(random: Random, row: Unhashed<RawImpression>): Unhashed<RawImpression> {
  // The same but for its attributes: whichever counts, the unit is on the same arm since the same time.
  if (random.chance(0.4))
    return {
      ...{ ...row, attributes: randomAttributes(random), receivedAt: randomReceipt(random, row.ts) },
      id: random.chance(0.5) ? row.id : `${row.id}-again`,
    };
  const variant = random.chance(0.3) ? random.pick(['control', 'a', 'b']) : row.variant;
  const attributes = random.chance(0.5) ? randomAttributes(random) : row.attributes;
  return { ...disturbTimes(random, row), variant, attributes };
}

function disturbConversion(random: Random, row: Unhashed<RawConversion>): Unhashed<RawConversion> {
  const attributes = random.chance(0.5) ? randomAttributes(random) : row.attributes;
  return { ...disturbTimes(random, row), value: randomValue(random), attributes };
}
