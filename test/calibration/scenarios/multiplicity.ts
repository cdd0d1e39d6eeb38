import { mixtureLogE } from '../../../analysis/asymptotic-sequence/index.ts';
import { benjaminiHochberg, eBenjaminiHochberg, holm } from '../../../analysis/multiplicity/index.ts';
import { heterogeneity } from '../../../analysis/segments/index.ts';
import { normalSurvival } from '../../../analysis/special/index.ts';
import { normal } from '../draws.ts';
import type { Uniform } from '../generator.ts';
import { meanLevel } from '../measurement.ts';
import { atMost, equals, type Scenario, SHOWN, tally } from '../scenario.ts';

const METHOD = 'Many tests: Holm, BH, e-BH, heterogeneity';
const TESTS = 20;
const NULLS = 14;

/** z of twenty metrics that share half of their variance, the last six with an effect. */
function metrics(uniform: Uniform, effect: number): readonly number[] {
  const common = Math.sqrt(0.5) * normal(uniform);
  return Array.from(
    { length: TESTS },
    (_, i) => common + Math.sqrt(0.5) * normal(uniform) + (i < NULLS ? 0 : effect),
  );
}

/** The share of false ones among the discoveries; none are false where there are none. */
function falseShare(discoveries: readonly boolean[]): number {
  const all = discoveries.filter(Boolean).length;
  return all === 0 ? 0 : discoveries.slice(0, NULLS).filter(Boolean).length / all;
}

const families: Scenario = {
  name: 'families-of-tests',
  method: METHOD,
  about: `${TESTS} metrics of one experiment, correlation .5 between each two, ${NULLS} without an effect and ${TESTS - NULLS} with one of 3 standard errors; α .05.`,
  repetitions: { full: 60_000, subset: 3_000 },
  claims: [
    { says: 'Holm: any false discovery', expected: atMost(0.05) },
    { says: 'unadjusted beside it: any false discovery', expected: SHOWN },
    { says: 'BH: false discovery rate', expected: atMost(0.05) },
    { says: 'e-BH: false discovery rate', expected: atMost(0.05) },
  ],
  simulate: (uniform, repetitions) => {
    const [ofBh, ofEbh]: [number[], number[]] = [[], []];
    const rates = tally(repetitions, 2, (yes) => {
      const z = metrics(uniform, 3);
      const p = z.map((value) => 2 * normalSurvival(Math.abs(value)));
      if (
        holm(p)
          .slice(0, NULLS)
          .some((value) => value <= 0.05)
      )
        yes(0);
      if (p.slice(0, NULLS).some((value) => value <= 0.05)) yes(1);
      ofBh.push(falseShare(benjaminiHochberg(p).map((value) => value <= 0.05)));
      const logE = z.map((value) => mixtureLogE(value, 1, 1, 0.05));
      ofEbh.push(falseShare(eBenjaminiHochberg(logE, 0.05).map(({ discovery }) => discovery)));
    });
    return { measured: [...rates, meanLevel(ofBh), meanLevel(ofEbh)] };
  },
};

const independent: Scenario = {
  name: 'benjamini-hochberg-independent',
  method: METHOD,
  about: `${TESTS} independent tests, ${NULLS} without an effect: the rate that BH 1995 proves to be exactly α·${NULLS}/${TESTS}.`,
  repetitions: { full: 100_000, subset: 5_000 },
  claims: [{ says: 'BH, α .05: false discovery rate', expected: equals((0.05 * NULLS) / TESTS, 0.0001) }],
  simulate: (uniform, repetitions) => ({
    measured: [
      meanLevel(
        Array.from({ length: repetitions }, () => {
          const p = Array.from(
            { length: TESTS },
            (_, i) => 2 * normalSurvival(Math.abs(normal(uniform) + (i < NULLS ? 0 : 3))),
          );
          return falseShare(benjaminiHochberg(p).map((value) => value <= 0.05));
        }),
      ),
    ],
  }),
};

const segments: Scenario = {
  name: 'heterogeneity',
  method: METHOD,
  about: 'Effects of eight segments with standard errors of 1 to 3 that all have the same true effect.',
  repetitions: { full: 100_000, subset: 5_000 },
  claims: [{ says: 'Cochran’s Q, α .05: false alarms', expected: equals(0.05, 0.0001) }],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 1, (yes) => {
      const outcome = heterogeneity(
        Array.from({ length: 8 }, (_, i) => {
          const se = 1 + (2 * i) / 7;
          return { segment: `${i}`, estimate: 5 + se * normal(uniform), se };
        }),
      );
      if (outcome.kind === 'estimate' && outcome.p <= 0.05) yes(0);
    }),
  }),
};

export const multiplicityScenarios: readonly Scenario[] = [families, independent, segments];
