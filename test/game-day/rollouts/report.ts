import { grouped } from '../../calibration/grouped.ts';
import { meanLevel, medianLevel, rate } from '../../calibration/measurement.ts';
import { renderMeasurement } from '../../calibration/report.ts';
import { table } from '../table.ts';
import { MEDIAN_AT_MOST } from './claims.ts';
import { DOUBLING, type Doubling, sprtTreatedUnits } from './doubling.ts';
import { type FalsePauses, harmless, PROMISED } from './false-pauses.ts';
import { plots } from './plots.ts';
import { HORIZON, type Recall } from './recall.ts';
import type { Measured } from './tasks.ts';
import { UNITS_PER_SECOND } from './watched-rollout.ts';

const ofKind = <Kind extends Measured['kind']>(measured: readonly Measured[], kind: Kind) =>
  measured.filter((each): each is Extract<Measured, { kind: Kind }> => each.kind === kind);

const picture = (name: string) => {
  const plot = plots.find((one) => one.name === name);
  return plot === undefined ? '' : `![${plot.title}](game-day/${plot.name}.svg)`;
};

/** The first half in Markdown. */
export function renderRollouts(measured: readonly Measured[]): string {
  const [ways] = ofKind(measured, 'both-ways');
  return [
    `## Decided after every event`,
    `Simulated rollouts through the function that decides in the service, looked at after every event of a guardrail. Four guardrails that bear nothing (margin 0) share the
budget in equal parts: errors of 1 %, units above a latency of 5 %, purchases of 3 %, and crashes that nobody has. Units come as a Poisson
process, ${UNITS_PER_SECOND} new ones a second in both arms together where seconds are given. Every look goes through the tests, and the document is
made from the first harm shown on, as no rollout is stopped before; of ${grouped(ways?.rollouts ?? 0)} rollouts that were also decided in full at each of their
${grouped(ways?.looks ?? 0)} looks, ${ways?.different === 0 ? 'none was' : `${ways?.different} were`} decided otherwise.`,
    renderFalsePauses(ofKind(measured, 'false-pauses')),
    renderDoubling(ofKind(measured, 'doubling')),
    renderRecall(ofKind(measured, 'recall')),
  ].join('\n\n');
}

function renderFalsePauses(own: readonly FalsePauses[]): string {
  const rows = own.map(({ name, rollouts, paused, ends, looks }) => {
    const about = harmless.find((each) => each.name === name)?.about ?? '';
    return [
      `${name}: ${about}`,
      grouped(rollouts),
      grouped(Math.round(looks)),
      ...paused.map((hits) => renderMeasurement(rate(hits, rollouts))),
      endsOf(ends),
    ];
  });
  return `### False pauses

Rollouts without harm that end in \`breach\`, beside the rate that was promised for the whole rollout (\`decisions.alpha\`), ± 3 standard errors. The last column has the
verdicts of those that were not paused at the promise of ${PROMISED[0]}; \`invalid\` among them is the split's own test, promised .001, which holds a rollout and does not pause it.
The budget of epochs that never come stays unspent, and a test that may be looked at for ever spends little in a short time: so it is well below the promise.
The step at the end of 1/99 is one look: not one purchase of the treatment among 612 of both arms is enough there, which has a chance of .99⁶¹² = .0021.

${table(['rollouts', 'number', 'looks each', ...PROMISED.map((alpha) => `paused, promised ${alpha}`), 'end of the others'], rows)}

${picture('false-pauses')}`;
}

function renderDoubling(own: readonly Doubling[]): string {
  const rows = own.map(({ alpha, of, granted, treated, rollouts }) => [
    of === 'test' ? `${alpha} in the first epoch` : `${alpha} over all epochs`,
    granted.toPrecision(3),
    renderMeasurement(medianLevel(treated)),
    renderMeasurement(meanLevel(treated)),
    grouped(Math.round(sprtTreatedUnits(granted))),
    treated.length === rollouts ? 'all' : `${treated.length} of ${rollouts}`,
  ]);
  return `### Errors doubled in a canary

${100 * DOUBLING.control} % of control's units and ${100 * DOUBLING.treatment} % of the treatment's have an error; 10 % are treated; one guardrail, margin 0, one-sided. A rollout whose epochs are not counted
beforehand grants its first epoch 6/π² of the promise, so that a promise of .05 tests at .0304 there: both are shown. At .05 in the first epoch the median is to be
${grouped(MEDIAN_AT_MOST)} treated units at most. The bound is Wald's sequential probability ratio test that knows both rates, ln(1/α) over the divergence of an event's arm, in treated
units in the mean; no test with that error rate and power 1 needs fewer (Wald, Sequential tests of statistical hypotheses, Annals of
Mathematical Statistics 16, 1945; Wald & Wolfowitz, Optimum character of the sequential probability ratio test, 19, 1948).

${table(['α', 'tested at', 'median treated units', 'mean', 'SPRT bound of the mean', 'stopped'], rows)}

${picture('time-to-breach')}`;
}

function renderRecall(own: readonly Recall[]): string {
  const at = (values: readonly number[], share: number) =>
    values[Math.ceil(share * values.length) - 1] ?? null;
  const show = (value: number | null) => (value === null ? '' : grouped(Math.round(value)));
  const seconds = (value: number | null) =>
    value === null ? '' : grouped(Math.round(value / UNITS_PER_SECOND));
  const rows = own.map(({ injection, split, rollouts, right, others, treated, units }) => [
    injection,
    split,
    `${right} of ${rollouts}`,
    show(at(treated, 0.5)),
    show(at(treated, 0.9)),
    seconds(at(units, 0.5)),
    seconds(at(units, 0.9)),
    endsOf(others),
  ]);
  const horizons = Object.entries(HORIZON).map(([split, units]) => `${split} ${grouped(units)}`);
  return `### Recall and delay

Promised .01 for the whole rollout. Units at most: ${horizons.join(', ')}; the ramp has three epochs of ${grouped(20_000)}. Delays are from the first harmful unit to
the right verdict (\`breach\`, or \`invalid\` where only the split is wrong), of the rollouts that had it. What is not found within the units there are is not lost: it needs more of them.

${table(['injected', 'split', 'decided rightly', 'treated units, median', 'p90', 'seconds, median', 'p90', 'the others'], rows)}

${picture('recall-of-errors')}`;
}

function endsOf(ends: Readonly<Record<string, number>>): string {
  return Object.entries(ends)
    .map(([verdict, count]) => `${grouped(count)} ${verdict}`)
    .sort()
    .join(', ');
}
