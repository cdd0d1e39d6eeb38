import { delayedStartBoundary, mixtureBoundary } from '../../../analysis/asymptotic-sequence/index.ts';
import { compareMeans } from '../../../analysis/comparison/index.ts';
import { equalFractions, lanDeMetsBounds, type Spending } from '../../../analysis/group-sequential/index.ts';
import { mergeMoments } from '../../../analysis/moments/index.ts';
import { normalSurvival } from '../../../analysis/special/index.ts';
import { drawArm, PAIR, stratum } from '../arms.ts';
import { normal } from '../draws.ts';
import type { Uniform } from '../generator.ts';
import { atMost, type Claim, equals, type Scenario, tally } from '../scenario.ts';

const LOOKS = 100;
const UNITS_A_LOOK = 50;
const COUNTS = [1, 2, 5, 10, 20, 50, 100] as const;
const ALPHA = 0.05;
const START = 10;

/** Looks at a test, the largest p that stops it at each; null where it does not look. */
type Thresholds = readonly (number | null)[];

const NAIVE_DESIGN: Readonly<Record<number, { figure: number; text: string }>> = {
  1: { figure: 0.05, text: '5 %' },
  10: { figure: 0.193, text: '19.3 %' },
  100: { figure: 0.374, text: '37.4 %' },
};
/** Armitage, McPherson & Rowe 1969, table 2, to as many digits. */
const NAIVE_TABLE: Readonly<Record<number, number>> = { 2: 0.083, 5: 0.142, 20: 0.248, 50: 0.32 };

/** One threshold at every look that is one of `count` equally spaced ones. */
function thresholds(count: number, at: (look: number) => number | null): Thresholds {
  const every = LOOKS / count;
  return Array.from({ length: LOOKS }, (_, i) => ((i + 1) % every === 0 ? at((i + 1) / every - 1) : null));
}

function groupSequential(count: number, spending: Spending): Thresholds {
  const { nominalP } = lanDeMetsBounds({
    informationFractions: equalFractions(count),
    alpha: ALPHA,
    sided: 2,
    spending,
  });
  return thresholds(count, (look) => nominalP[look] ?? null);
}

/** Two-sided p of a critical value. */
const pOf = (z: number) => 2 * normalSurvival(z);

const mixture: Thresholds = Array.from({ length: LOOKS }, (_, i) =>
  pOf(mixtureBoundary(2 * UNITS_A_LOOK * (i + 1), UNITS_A_LOOK * LOOKS, ALPHA)),
);
const delayed: Thresholds = Array.from({ length: LOOKS }, (_, i) =>
  i + 1 < START ? null : pOf(delayedStartBoundary(i + 1, START, ALPHA)),
);

interface Watched {
  readonly series: string;
  readonly looks: number;
  readonly claim: Claim;
  readonly thresholds: Thresholds;
}

function watchedTests(): readonly Watched[] {
  return COUNTS.flatMap((count): readonly Watched[] => {
    const design = NAIVE_DESIGN[count];
    const looks = count === 1 ? '1 look' : `${count} looks`;
    const naive: Watched = {
      series: 'naive',
      looks: count,
      thresholds: thresholds(count, () => ALPHA),
      claim: {
        says: `naive, p ≤ .05 at any of ${looks}`,
        expected: equals(design?.figure ?? NAIVE_TABLE[count] ?? ALPHA),
        ...(design !== undefined && count > 1 && { design: design.text }),
      },
    };
    if (count === 1) return [naive];
    const bounded = (['obrien-fleming', 'pocock'] as const).map((spending) => ({
      series: spending === 'pocock' ? '(d) Pocock' : '(d) O’Brien–Fleming',
      looks: count,
      thresholds: groupSequential(count, spending),
      claim: {
        says: `(d) Lan–DeMets, ${spending === 'pocock' ? 'Pocock' : 'O’Brien–Fleming'} spending, ${looks}`,
        expected: equals(ALPHA, 0.002),
      },
    }));
    const asymptotic: Watched = {
      series: '(a) normal mixture',
      looks: count,
      thresholds: thresholds(count, (look) => mixture[((look + 1) * LOOKS) / count - 1] ?? null),
      claim: { says: `(a) normal mixture, ${looks}`, expected: atMost(ALPHA) },
    };
    return [naive, ...bounded, asymptotic];
  });
}

/** p of Welch's test at each of the looks at one experiment without an effect. */
function pValues(uniform: Uniform): Float64Array {
  const p = new Float64Array(LOOKS);
  let control = drawArm(0, normal, uniform);
  let treatment = control;
  for (let look = 0; look < LOOKS; look += 1) {
    control = mergeMoments(control, drawArm(UNITS_A_LOOK, normal, uniform));
    treatment = mergeMoments(treatment, drawArm(UNITS_A_LOOK, normal, uniform));
    const outcome = compareMeans({ ...PAIR, strata: stratum(control, treatment) });
    p[look] = outcome.kind === 'estimate' ? outcome.p : 1;
  }
  return p;
}

const watched = watchedTests();

const peeking: Scenario = {
  name: 'peeking-at-looks',
  method: 'Peeking: how often no effect is called one',
  about: `Normal units, ${UNITS_A_LOOK} an arm between two of ${LOOKS} looks, no effect; Welch’s test at each look, and the same experiments seen at fewer, equally spaced looks. Share of experiments in which any look calls an effect, α .05 two-sided; N* of (a) half of all units.`,
  repetitions: { full: 20_000, subset: 600 },
  claims: [
    ...watched.map(({ claim }) => claim),
    { says: `(b) delayed start, at each of ${LOOKS} looks from the ${START}th`, expected: atMost(ALPHA) },
  ],
  simulate: (uniform, repetitions) => {
    const tests = [...watched.map((test) => test.thresholds), delayed];
    const measured = tally(repetitions, tests.length, (yes) => {
      const p = pValues(uniform);
      tests.forEach((test, answer) => {
        if (test.some((threshold, look) => threshold !== null && (p[look] ?? 1) <= threshold)) yes(answer);
      });
    });
    const points = watched.flatMap(({ series, looks }, i) => {
      const measurement = measured[i];
      return measurement === undefined
        ? []
        : [{ plot: 'false-alarms-by-looks', series, x: looks, measurement }];
    });
    return { measured, points };
  },
};

export const peekingScenarios: readonly Scenario[] = [peeking];
