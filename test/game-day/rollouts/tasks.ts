import { generator, seedOf } from '../../calibration/generator.ts';
import { BOTH_WAYS, type BothWays, bothWays } from './both-ways.ts';
import { type Doubling, doubling, doublingCases, doublingName } from './doubling.ts';
import { type FalsePauses, falsePauses, harmless } from './false-pauses.ts';
import { cellsOf, type Recall, recall, recallName } from './recall.ts';

export type Measured = FalsePauses | Doubling | Recall | BothWays;
export type Size = 'full' | 'quick';

/** A part of the first half that can be run by itself; its figures depend on the seed, its name and its size alone. */
export interface Task {
  readonly name: string;
  readonly run: (seed: number, size: Size) => Measured;
}

const DOUBLINGS = { full: 1000, quick: 60 } as const;
const RECALLS = { full: 60, quick: 4 } as const;
const BOTH = { full: 40, quick: 8 } as const;

/** Those that take longest first, so that threads end together. */
export const tasks: readonly Task[] = [
  ...harmless.map(
    (each): Task => ({
      name: each.name,
      run: (seed, size) => falsePauses(each, uniformsOf(seed, each.name), each.rollouts[size]),
    }),
  ),
  { name: BOTH_WAYS, run: (seed, size) => bothWays(uniformsOf(seed, BOTH_WAYS), BOTH[size]) },
  ...doublingCases.map((each): Task => {
    const name = doublingName(each);
    return { name, run: (seed, size) => doubling(each, uniformsOf(seed, name), DOUBLINGS[size]) };
  }),
  ...cellsOf().map((cell): Task => {
    const name = recallName(cell.injection.name, cell.split.name);
    return { name, run: (seed, size) => recall(cell, uniformsOf(seed, name), RECALLS[size]) };
  }),
];

const uniformsOf = (seed: number, name: string) => generator((seedOf(name) ^ seed) >>> 0);
