import { generator, type Uniform } from '../../calibration/generator.ts';
import type { Rates } from '../rollouts/traffic.ts';

export type Kind =
  | 'errors'
  | 'latency'
  | 'purchases'
  | 'crashes'
  | 'nothing'
  | 'split'
  | 'split and errors'
  | 'data stops'
  | 'bad metric'
  | 'bad metric and errors';

/** What is done to one flag. Its key says nothing of it. */
export interface FlagPlan {
  readonly key: string;
  readonly kind: Kind;
  readonly split: string;
  /** The treatment's declared share, and what it gets. */
  readonly share: number;
  readonly trueShare: number;
  /** Its part of all units. */
  readonly traffic: number;
  readonly control: Rates;
  /** Of the treatment once harm has begun; null where none does. */
  readonly harmed: Rates | null;
  /** As a share of the stream's time. */
  readonly harmFrom: number;
  /** From when on nothing comes any more; null where that never is. */
  readonly stopsAt: number | null;
  /** Seconds after which silence is stale. */
  readonly staleAfterSeconds: number;
  /** Whether a guardrail that cannot be computed stands beside the good ones. */
  readonly badMetric: boolean;
  readonly expected: 'breach' | 'invalid' | 'stale' | 'none';
  /** Whether the units that come are enough for it; of what they may not be enough for nothing is claimed. */
  readonly sure: boolean;
}

/** Of units without harm; crashes that nobody has. */
const BASE: Rates = { error: 0.02, slow: 0.05, purchase: 0.2, crash: 0 };

/** Harm that the traffic of a minute or two can show, by share of the treatment. */
const HARM = {
  errors: { metric: 'error', rates: { '50/50': 0.2, '10/90': 0.25, '1/99': 0.6 } },
  latency: { metric: 'slow', rates: { '50/50': 0.25, '10/90': 0.4, '1/99': 0.75 } },
  purchases: { metric: 'purchase', rates: { '50/50': 0.04, '10/90': 0.02, '1/99': 0 } },
  crashes: { metric: 'crash', rates: { '50/50': 0.15, '10/90': 0.1, '1/99': 0.4 } },
} as const;

const SPLITS = [
  { split: '50/50', share: 0.5, traffic: 1 },
  { split: '10/90', share: 0.1, traffic: 1 },
  // A treatment that one unit of a hundred meets needs more of them to be known at all.
  { split: '1/99', share: 0.01, traffic: 4 },
] as const;

type Unnamed = Omit<FlagPlan, 'key'>;

function plain(kind: Kind, at: (typeof SPLITS)[number], expected: FlagPlan['expected']): Unnamed {
  const { split, share, traffic } = at;
  return {
    ...{ kind, split, share, trueShare: share, traffic, control: BASE, harmed: null },
    ...{ harmFrom: 0, stopsAt: null, staleAfterSeconds: 300, badMetric: false, expected, sure: true },
  };
}

function harmful(kind: keyof typeof HARM, at: (typeof SPLITS)[number], harmFrom: number): Unnamed {
  const { metric, rates } = HARM[kind];
  return {
    ...{ ...plain(kind, at, 'breach'), harmed: { ...BASE, [metric]: rates[at.split] }, harmFrom },
    // Not one purchase among the hundred units that are treated is about as much as there can be.
    sure: kind !== 'purchases' || at.split !== '1/99',
  };
}

/** The plan of a game day: what is done to which flag, in an order and from times on that only the seed knows. */
export function planOf(seed: number, size: 'full' | 'few'): FlagPlan[] {
  const uniform = generator(seed);
  const [even] = SPLITS;
  const splits = size === 'full' ? SPLITS : [even];
  const errors = { harmed: { ...BASE, error: HARM.errors.rates['50/50'] } };
  // A short stream has no flow for longer than so.
  const staleAfterSeconds = size === 'full' ? 15 : 5;
  const from = () => 0.1 + 0.2 * uniform();
  const flags: Unnamed[] = [
    ...splits.flatMap((at) =>
      (['errors', 'latency', 'purchases', 'crashes'] as const).map((kind) => harmful(kind, at, from())),
    ),
    ...splits.flatMap((at) =>
      Array.from({ length: size === 'full' ? 4 : 1 }, () => plain('nothing', at, 'none')),
    ),
    { ...plain('split', even, 'invalid'), trueShare: 0.65 },
    { ...plain('split and errors', even, 'breach'), ...errors, trueShare: 0.65, harmFrom: from() },
    { ...plain('data stops', even, 'stale'), stopsAt: 0.4 + 0.1 * uniform(), staleAfterSeconds },
    { ...plain('bad metric', even, 'none'), badMetric: true },
    { ...plain('bad metric and errors', even, 'breach'), ...errors, badMetric: true, harmFrom: from() },
  ];
  return shuffled(flags, uniform).map((flag, at) => ({ ...flag, key: `flag-${at + 1}` }));
}

function shuffled<Item>(items: readonly Item[], uniform: Uniform): Item[] {
  return items
    .map((item) => ({ item, at: uniform() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** The metric that is harmed; null where none is. */
export function harmedMetric({ control, harmed }: FlagPlan): string | null {
  const changed = Object.keys(control).find(
    (metric) => harmed !== null && harmed[metric] !== control[metric],
  );
  return changed ?? null;
}
