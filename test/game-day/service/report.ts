import { grouped } from '../../calibration/grouped.ts';
import { table } from '../table.ts';
import type { GameDay } from './game-day.ts';

/** The smallest value that the share of them is at most. */
export function quantile(values: readonly number[], share: number): number | null {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? null;
}

const seconds = (value: number | null) => (value === null ? '' : value.toFixed(2));

/** The second half in Markdown. */
export function renderService(day: GameDay): string {
  const { outcomes } = day;
  const harmful = outcomes.filter(({ expected }) => expected === 'breach');
  const harmless = outcomes.filter(({ expected }) => expected !== 'breach');
  const delays = harmful.flatMap((each) => each.seconds ?? []);
  const lags = harmful.flatMap((each) => each.lagSeconds ?? []);
  const rows = outcomes.map((each) => [
    each.key,
    each.kind,
    each.split,
    grouped(each.units),
    each.expected === 'none' ? 'never breach' : each.expected,
    each.verdicts.join(' → '),
    each.right ? '✓' : each.sure ? '✗' : 'no claim',
    seconds(each.seconds),
    seconds(each.lagSeconds),
    each.marked === null ? '' : each.marked ? '✓' : '✗',
  ]);
  const missed = harmful.filter(({ right }) => !right);
  const times = [
    ['first unit that harm touched accepted → `breach` received', delays],
    ['last event that the breach was made from accepted → `breach` received', lags],
  ] as const;
  return `## Over the running service

${outcomes.length} flags with an experiment each in one process with embedded stores, promised .01 each; which of them gets what, and when harm begins, is a plan that only the
seed (${day.seed}) knows and that is opened at the end. ${grouped(day.events)} events by HTTP in ${day.seconds} s (${grouped(day.eventsPerSecond)} a second were asked for), each flag's decision awaited
by long-polling. Measured on ${day.cores} cores (${day.processor}) on which producers, watchers and other work ran too: on two busy cores, so that the seconds are worst cases and
no claim about speed; how long it takes until there is enough evidence depends on the traffic of a flag, ${grouped(Math.min(...outcomes.map((each) => each.units)))} to ${grouped(Math.max(...outcomes.map((each) => each.units)))} units here.

- experiments had moments to decide on ${day.readySeconds.toFixed(1)} s after the last of them was started: they are built one after the other
- harm found: ${harmful.filter(({ right }) => right).length} of ${harmful.length}${missed.map(({ key, kind, split, reason }) => ` (not ${key}, ${kind}, ${split}: ${reason})`).join('')}; false pauses: ${outcomes.filter(({ falsePause }) => falsePause).length}, of which ${harmless.filter(({ falsePause }) => falsePause).length} of ${harmless.length} flags without harm
- guardrails that cannot be computed: marked, and no other, in ${outcomes.filter(({ marked }) => marked === true).length} of ${outcomes.filter(({ marked }) => marked !== null).length} flags

${table(
  ['seconds', 'p50', 'p99', 'flags'],
  times.map(([what, values]) => [
    what,
    seconds(quantile(values, 0.5)),
    seconds(quantile(values, 0.99)),
    `${values.length}`,
  ]),
)}

The second line is the service's own time: attribution, decision and delivery. With so few flags p99 is the largest.

${table(['flag', 'injected', 'split', 'units', 'expected', 'verdicts', '', 'seconds to it', 'of them the service’s', 'bad metric marked'], rows)}`;
}
