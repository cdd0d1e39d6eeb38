import { estimateMeans } from '../../../analysis/comparison/index.ts';
import { equivalenceTest, marginTest } from '../../../analysis/margins/index.ts';
import { normalQuantile } from '../../../analysis/special/index.ts';
import { drawArm, PAIR, stratum } from '../arms.ts';
import { normal } from '../draws.ts';
import { equals, type Scenario, tally } from '../scenario.ts';

const METHOD = 'Margins: non-inferiority and equivalence';
const FIGURES = [
  { margin: 0.1, naive: 0.059 },
  { margin: 0.5, naive: 0.098 },
  { margin: 1, naive: 0.149 },
] as const;

function relativeMargin({ margin, naive }: (typeof FIGURES)[number]): Scenario {
  return {
    name: `relative-margin-${margin}`,
    method: METHOD,
    about: `200 normal units an arm of standard deviation 1, control’s mean 10 and the treatment’s ${10 * (1 + margin)}: just at the relative margin ${margin} of a metric whose increase is harmful; one-sided α .05.`,
    repetitions: { full: 40_000, subset: 1_200 },
    claims: [
      { says: `margin ${margin}: non-inferiority shown falsely`, expected: equals(0.05, 0.002) },
      {
        says: `margin ${margin}: the same without the margin’s own variance`,
        expected: equals(naive),
        design: `${(100 * naive).toFixed(1)} %`,
      },
    ],
    simulate: (uniform, repetitions) => {
      const critical = -normalQuantile(0.05);
      return {
        measured: tally(repetitions, 2, (yes) => {
          const control = drawArm(200, (u) => 10 + normal(u), uniform);
          const treatment = drawArm(200, (u) => 10 * (1 + margin) + normal(u), uniform);
          const estimate = estimateMeans({ ...PAIR, strata: stratum(control, treatment) });
          if (estimate.kind !== 'estimate') return;
          const outcome = marginTest(estimate, {
            purpose: 'non-inferiority',
            harmful: 'increase is harmful',
            margin: { kind: 'relative', value: margin },
            alpha: 0.05,
          });
          if (outcome.kind === 'estimate' && outcome.shown) yes(0);
          const variance = estimate.parts.reduce((sum, part) => sum + part.variance, 0);
          if (estimate.difference - margin * estimate.control < -critical * Math.sqrt(variance)) yes(1);
        }),
      };
    },
  };
}

const equivalence: Scenario = {
  name: 'equivalence-at-the-margin',
  method: METHOD,
  about:
    '150 normal units in control and 300 in treatment, standard deviation 1, the treatment just .5 above control; TOST with margins ±.5, α .05.',
  repetitions: { full: 40_000, subset: 1_200 },
  claims: [{ says: 'equivalence shown falsely', expected: equals(0.05, 0.002) }],
  simulate: (uniform, repetitions) => ({
    measured: tally(repetitions, 1, (yes) => {
      const control = drawArm(150, normal, uniform);
      const treatment = drawArm(300, (u) => 0.5 + normal(u), uniform);
      const estimate = estimateMeans({ ...PAIR, strata: stratum(control, treatment) });
      if (estimate.kind !== 'estimate') return;
      const outcome = equivalenceTest(estimate, { kind: 'absolute', below: 0.5, above: 0.5 }, 0.05);
      if (outcome.kind === 'estimate' && outcome.shown) yes(0);
    }),
  }),
};

export const marginScenarios: readonly Scenario[] = [...FIGURES.map(relativeMargin), equivalence];
