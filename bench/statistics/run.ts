/**
 * How long the statistics take: 50 metrics × 20 segments with CUPED, absolute and lift, at a fixed horizon and at any time,
 * beside a straightforward implementation with jstat; and each calculation on its own example, the slowest ten.
 * node bench/statistics/run.ts [--runs 15]
 * One thread, after warm-up. Exits with 1 beyond 65 ms, or where a call that does not simulate takes more than 5 ms; both
 * are held to processor time, which other work on the machine hardly lengthens. Wall time stands beside it.
 */
import { parseArgs } from 'node:util';
import { anytimeComparison, compareMeans } from '../../analysis/index.ts';
import { type Calculation, calculations, computeOutcome } from '../../src/calculations/index.ts';
import { METRICS, SEGMENTS, scorecard, strataOf } from './scorecard.ts';
import { straightforward } from './straightforward.ts';

const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '15' } } });
const runs = Number(options.runs);
/** Milliseconds. */
interface Time {
  readonly wall: number;
  readonly cpu: number;
}

const LIMIT_MS = 65;
const CALL_LIMIT_MS = 5;
const ALPHA = 0.05;
const TUNING = 20_000;

const cells = scorecard();
const compared = { control: 'control', treatment: 'treatment', alpha: ALPHA, covariate: true } as const;
const plan = { method: 'mixture', tuning: TUNING } as const;

/** Everything of one scorecard; the sum keeps the work from being optimised away. */
function ours(): number {
  let sum = 0;
  for (const cell of cells) {
    const input = { ...compared, strata: strataOf(cell) };
    const fixed = compareMeans(input);
    const anytime = anytimeComparison(compareMeans, input, plan, 1);
    if (fixed.kind === 'unknown' || anytime.kind === 'unknown') throw new RangeError('a cell has no answer');
    sum += fixed.p + anytime.p + (fixed.relative.ci?.[0] ?? 0) + (anytime.relative.ci?.[1] ?? 0);
  }
  return sum;
}

function theirs(): number {
  let sum = 0;
  for (const cell of cells) {
    const { p, anytimeP, lift, anytimeLift } = straightforward(cell, ALPHA, TUNING);
    sum += p + anytimeP + lift[0] + anytimeLift[1];
  }
  return sum;
}

const sums = [ours(), theirs()];
for (let i = 0; i < 20; i += 1) sums.push(ours(), theirs());
// Alternately, so that what else the machine does hits both.
const times: [Time[], Time[]] = [[], []];
for (let i = 0; i < runs; i += 1) {
  times[0].push(timed(ours));
  times[1].push(timed(theirs));
}
const [own, other] = [cpuOf(times[0]), cpuOf(times[1])];
console.log(
  `${METRICS} metrics × ${SEGMENTS} segments, absolute and lift, CUPED, fixed and any time: ${spread(times[0])}, ${runs} runs`,
);
console.log(`the same with jstat, straightforward: ${spread(times[1])}; ratio ${(other / own).toFixed(2)}`);

const calls = calculations
  .map((calculation) => ({ name: calculation.name, times: timesOf(calculation) }))
  .sort((a, b) => cpuOf(b.times) - cpuOf(a.times));
console.log(`the slowest ten of ${calls.length} calculations on their examples, schema and all:`);
for (const call of calls.slice(0, 10)) console.log(`  ${call.name}: ${spread(call.times)}`);
const slow = calls.filter((call) => cpuOf(call.times) > CALL_LIMIT_MS && !call.name.includes('simulat'));
for (const { name } of slow) console.error(`${name} takes more than ${CALL_LIMIT_MS} ms`);
if (own > LIMIT_MS) console.error(`the scorecard takes more than ${LIMIT_MS} ms`);
process.exit(own > LIMIT_MS || slow.length > 0 ? 1 : 0);

/** Times of some calls of a calculation, after as many that warm it up. */
function timesOf(calculation: Calculation): Time[] {
  const call = () => computeOutcome(calculation, calculation.example);
  const begin = performance.now();
  let calls = 0;
  while (calls < 3 || (calls < 200 && performance.now() - begin < 50)) {
    call();
    calls += 1;
  }
  return Array.from({ length: Math.min(calls, 50) }, () => timed(call));
}

function timed(work: () => unknown): Time {
  const begin = performance.now();
  const cpu = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - begin, cpu: (user + system) / 1000 };
}

function cpuOf(times: readonly Time[]): number {
  return median(times.map(({ cpu }) => cpu));
}

function spread(times: readonly Time[]): string {
  const show = (values: readonly number[]) => {
    const sorted = values.toSorted((a, b) => a - b);
    return `median ${median(values).toFixed(2)} ms (${sorted[0]?.toFixed(2)}–${sorted.at(-1)?.toFixed(2)})`;
  };
  return `processor ${show(times.map(({ cpu }) => cpu))}, wall ${show(times.map(({ wall }) => wall))}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
