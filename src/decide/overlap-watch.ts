import { assignmentIndependence } from '../../analysis/index.ts';
import {
  buildIdentity,
  type EpochSample,
  type LiveMoments,
  type UnitsRow,
  type UnitsTogether,
} from '../attribute/index.ts';
import type { Epoch, ExperimentPlan } from '../catalogue/index.ts';
import { inTurn } from '../in-turn.ts';
import type { AssignmentOverlaps, TestedPair } from './assignment-overlaps.ts';

/** How often it is looked; which experiments are looked at goes by it. */
export const OVERLAPS_EVERY_MS = 300_000;
/** All pairs of two such blocks are one question. */
const BLOCK = 25;
const MOST_QUESTIONS = 4;
/** Of an epoch with more units a part is looked at, so that a question reads at most 2 · BLOCK times as many assignments. */
const MOST_UNITS = 20_000;

export interface OverlapWatchOptions {
  /** The running experiments that have guardrails. */
  readonly guarded: () => Promise<readonly string[]>;
  readonly plans: (now: Date, keys: readonly string[]) => Promise<readonly ExperimentPlan[]>;
  readonly live: Pick<LiveMoments, 'readMany' | 'unitsTogether'>;
  readonly overlaps: Pick<AssignmentOverlaps, 'save'>;
  /** Told of experiments of which something is shown that was not before. */
  readonly shown: (experiments: readonly string[]) => void;
  readonly now: () => Date;
}

/** An experiment's current epoch. */
interface Looked {
  readonly plan: ExperimentPlan;
  readonly epoch: Epoch;
}

/**
 * Looks now and then whether flags are assigned independently of each other: the running experiments with guardrails of one
 * environment and unit type, all pairs of them, some at each look where there are many.
 */
export class OverlapWatch {
  readonly #options: OverlapWatchOptions;

  constructor(options: OverlapWatchOptions) {
    this.#options = options;
  }

  /** One look. @throws AppError as the stores do, after all that can be asked was asked */
  async look(): Promise<void> {
    const { guarded, plans, now } = this.#options;
    const at = now();
    const current = (await plans(at, await guarded())).flatMap((plan): Looked[] => {
      const epoch = plan.epochs.filter(({ effectiveAt }) => effectiveAt <= at).at(-1);
      return epoch === undefined || plan.status !== 'running' ? [] : [{ plan, epoch }];
    });
    await inTurn(questionsAt(current, at).map((some) => () => this.#ask(some)));
  }

  async #ask(some: readonly Looked[]): Promise<void> {
    const { live, overlaps, shown } = this.#options;
    const [environment] = some.map(({ plan }) => plan.environment);
    if (environment === undefined) return;
    const units = new Map<string, number>();
    for await (const one of live.readMany(some.map(({ plan }) => plan.key))) {
      const looked = some.find(({ plan }) => plan.key === one.experiment);
      // An older build has units of the current epoch as those of the one before.
      if (looked !== undefined && one.identity === buildIdentity(looked.plan))
        units.set(one.experiment, unitsOf(one.units, looked.epoch.number));
    }
    const samples = some.flatMap(({ plan, epoch }): EpochSample[] => {
      const met = units.get(plan.key) ?? 0;
      return met === 0 ? [] : [{ experiment: plan.key, epoch: epoch.number, halvings: halvingsOf(met) }];
    });
    if (samples.length < 2) return;
    const pairs = Map.groupBy(await live.unitsTogether(samples), ({ first, second }) =>
      JSON.stringify([first, second].sort()),
    );
    const tested = [...pairs.values()].flatMap((rows) => testOf(rows, some, samples) ?? []);
    if (tested.length === 0) return;
    const fresh = await overlaps.save(environment, tested);
    if (fresh.length > 0) shown(fresh);
  }
}

/**
 * The experiments of each question of a look. Those of one environment and unit type are cut into blocks; a question is of
 * two of them, and the looks take the questions in turn, so that every pair is met however many there are.
 */
function questionsAt(current: readonly Looked[], at: Date): (readonly Looked[])[] {
  const groups = Map.groupBy(current, ({ plan }) => JSON.stringify([plan.environment, plan.unitType]));
  const questions = [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const sorted = group.toSorted((a, b) => (a.plan.key < b.plan.key ? -1 : 1));
      const blocks = Array.from({ length: Math.ceil(sorted.length / BLOCK) }, (_, index) =>
        sorted.slice(index * BLOCK, (index + 1) * BLOCK),
      );
      if (blocks.length === 1) return sorted.length < 2 ? [] : [sorted];
      return blocks.flatMap((first, index) => blocks.slice(index + 1).map((second) => [...first, ...second]));
    });
  const turn = Math.floor(at.getTime() / OVERLAPS_EVERY_MS) * MOST_QUESTIONS;
  const count = Math.min(MOST_QUESTIONS, questions.length);
  return Array.from({ length: count }, (_, index) => questions[(turn + index) % questions.length] ?? []);
}

function unitsOf(rows: readonly UnitsRow[], epoch: number): number {
  return rows.reduce((sum, row) => (row.epoch === epoch ? sum + row.units : sum), 0);
}

/** In steps of four, so that an epoch that grows is begun anew seldom. */
function halvingsOf(units: number): number {
  return units <= MOST_UNITS ? 0 : 2 * Math.ceil(Math.log(units / MOST_UNITS) / Math.log(4));
}

/** null: there is nothing to be tested. */
function testOf(
  rows: readonly UnitsTogether[],
  some: readonly Looked[],
  samples: readonly EpochSample[],
): TestedPair | null {
  const [row] = rows;
  const [one, other] = [row?.first, row?.second].sort();
  const [first, second] = [one, other].map((key) => some.find(({ plan }) => plan.key === key));
  if (first === undefined || second === undefined || first.plan.flag === second.plan.flag) return null;
  const units = first.epoch.arms.map(({ variant: own }) =>
    second.epoch.arms.map(({ variant: others }) =>
      rows.reduce((sum, { first: key, firstVariant, secondVariant, units }) => {
        const [a, b] = key === one ? [firstVariant, secondVariant] : [secondVariant, firstVariant];
        return a === own && b === others ? sum + units : sum;
      }, 0),
    ),
  );
  const weightsOf = ({ epoch }: Looked) => epoch.arms.map(({ weight }) => weight);
  const weights = [weightsOf(first), weightsOf(second)] as const;
  if (weights.some((each) => each.every((weight) => weight === 0))) return null;
  const found = assignmentIndependence({ units, weights });
  if (found.kind === 'unknown') return null;
  const halvings = samples
    .filter(({ experiment }) => experiment === one || experiment === other)
    .reduce((most, sample) => Math.max(most, sample.halvings), 0);
  return {
    ...{ first: first.plan.key, firstEpoch: first.epoch.number },
    ...{ second: second.plan.key, secondEpoch: second.epoch.number },
    ...{ halvings, logE: found.logE, units: found.units },
  };
}
