import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignedRiskTables,
  compareSurvival,
  type FollowUp,
  kaplanMeier,
  logRank,
  petoHazardRatio,
  riskTableOf,
  survivalOnDay,
} from '../../analysis/survival/index.ts';
import { estimated } from './units.ts';

const RUNS = { seed: 1958, numRuns: 200 };

const at = (times: readonly number[], event: boolean): FollowUp[] => times.map((time) => ({ time, event }));

/** Weeks of remission in acute leukaemia: Freireich et al. 1963, Blood 21, 699–716, as reprinted by Gehan 1965. */
const PLACEBO = at([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], true);
const MERCAPTOPURINE = [
  ...at([6, 6, 6, 7, 10, 13, 16, 22, 23], true),
  ...at([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35], false),
];

const followUps = fc.array(fc.record({ time: fc.integer({ min: 1, max: 12 }), event: fc.boolean() }), {
  minLength: 3,
  maxLength: 40,
});

describe('Kaplan and Meier’s curve', () => {
  it('is the published one of 6-mercaptopurine', () => {
    const curve = estimated(kaplanMeier(riskTableOf(MERCAPTOPURINE), 0.05));
    expect(curve.points.map(({ day }) => day)).toEqual([6, 7, 10, 13, 16, 22, 23]);
    expect(curve.points.map(({ atRisk }) => atRisk)).toEqual([21, 17, 15, 12, 11, 7, 6]);
    const published = [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448];
    curve.points.forEach(({ survival }, i) => {
      expect(Math.abs(survival - (published[i] ?? 0))).toBeLessThanOrEqual(0.0005);
    });
    expect([curve.units, curve.events, curve.median, curve.lastDay]).toEqual([21, 9, 23, 35]);
  });

  it('has Greenwood’s errors and the log-log intervals of lifelines 0.30.3 and statsmodels 0.15', () => {
    const { points } = estimated(kaplanMeier(riskTableOf(MERCAPTOPURINE), 0.05));
    const se = [0.07636035, 0.08693529, 0.09634965, 0.10681471, 0.11405387, 0.12823375, 0.13459146];
    const lower = [0.619718, 0.563147, 0.5032, 0.43161, 0.367511, 0.267779, 0.188052];
    const upper = [0.951552, 0.922809, 0.889362, 0.849066, 0.804912, 0.746791, 0.680143];
    points.forEach((point, i) => {
      expect(point.se).toBeCloseTo(se[i] ?? 0, 8);
      expect(point.ci?.[0]).toBeCloseTo(lower[i] ?? 0, 6);
      expect(point.ci?.[1]).toBeCloseTo(upper[i] ?? 0, 6);
    });
  });

  it('has the placebo’s median of 8 weeks and ends at 0, where nothing is left to vary', () => {
    const { points, median } = estimated(kaplanMeier(riskTableOf(PLACEBO), 0.05));
    expect(median).toBe(8);
    expect(points.at(-1)).toEqual({ day: 23, atRisk: 1, events: 1, survival: 0, se: 0, ci: null });
  });

  it('never rises, stays within its interval, and without censoring is the share that is left', () => {
    fc.assert(
      fc.property(followUps, (units) => {
        const { points } = estimated(kaplanMeier(riskTableOf(units), 0.05));
        points.forEach(({ survival, ci }, i) => {
          expect(survival).toBeLessThanOrEqual(points[i - 1]?.survival ?? 1);
          if (ci === null) expect(survival).toBe(0);
          else expect(ci[0] <= survival && survival <= ci[1] && ci[0] >= 0 && ci[1] <= 1).toBe(true);
        });
        const all = units.map(({ time }) => ({ time, event: true }));
        for (const { day, survival, se } of estimated(kaplanMeier(riskTableOf(all), 0.05)).points) {
          const share = units.filter(({ time }) => time > day).length / units.length;
          expect(survival).toBeCloseTo(share, 12);
          expect(se).toBeCloseTo(Math.sqrt((share * (1 - share)) / units.length), 12);
        }
      }),
      RUNS,
    );
  });
});

describe('survival on a day', () => {
  it('is unknown before events, after everybody’s event, and after everybody has left', () => {
    const table = riskTableOf(MERCAPTOPURINE);
    expect(survivalOnDay(table, 5, 0.05)).toEqual({ kind: 'unknown', reason: 'no-events' });
    expect(survivalOnDay(table, 36, 0.05)).toEqual({ kind: 'unknown', reason: 'beyond-follow-up' });
    expect(estimated(survivalOnDay(table, 35, 0.05)).survival).toBeCloseTo(0.448179, 6);
    expect(survivalOnDay(riskTableOf(PLACEBO), 40, 0.05)).toEqual({ kind: 'unknown', reason: 'all-events' });
    expect(survivalOnDay([], 1, 0.05)).toEqual({ kind: 'unknown', reason: 'no-units' });
    expect(survivalOnDay([{ day: 1, atRisk: 0, events: 0 }], 1, 0.05)).toEqual({
      kind: 'unknown',
      reason: 'no-units',
    });
  });

  it('does not take a last day without anybody for follow-up', () => {
    const table = [
      { day: 1, atRisk: 4, events: 1 },
      { day: 2, atRisk: 0, events: 0 },
    ];
    expect(survivalOnDay(table, 2, 0.05)).toEqual({ kind: 'unknown', reason: 'beyond-follow-up' });
  });

  it('differs between the arms by what Greenwood’s errors of both allow', () => {
    const arms = { control: riskTableOf(PLACEBO), treatment: riskTableOf(MERCAPTOPURINE) };
    const { absolute, p } = estimated(compareSurvival({ ...arms, day: 10, alpha: 0.05 }));
    // 8/21 of the placebo arm: its variance is binomial.
    expect(absolute.estimate).toBeCloseTo(0.7529411764705881 - 8 / 21, 12);
    expect(absolute.se).toBeCloseTo(Math.hypot(0.09634965299432, Math.sqrt(((8 / 21) * (13 / 21)) / 21)), 10);
    expect(absolute.ci[0] > 0).toBe(p < 0.05);
    const back = estimated(
      compareSurvival({ control: arms.treatment, treatment: arms.control, day: 10, alpha: 0.05 }),
    );
    expect(back.absolute.estimate).toBe(-absolute.estimate);
    expect(back.p).toBe(p);
  });

  it('cannot be compared where one arm does not say', () => {
    const arms = { control: riskTableOf(PLACEBO), treatment: riskTableOf(MERCAPTOPURINE) };
    expect(compareSurvival({ ...arms, day: 30, alpha: 0.05 })).toEqual({
      kind: 'unknown',
      reason: 'all-events',
    });
    expect(compareSurvival({ ...arms, day: 3, alpha: 0.05 })).toEqual({
      kind: 'unknown',
      reason: 'no-events',
    });
  });
});

describe('the log-rank test', () => {
  it('has the published χ² of 16.79 for 6-mercaptopurine', () => {
    const test = estimated(logRank([alignedRiskTables(PLACEBO, MERCAPTOPURINE)]));
    expect(test.chiSquare).toBeCloseTo(16.79, 2);
    expect([test.observed, test.expected.toFixed(2)]).toEqual([9, '19.25']);
    // lifelines 0.30.3 and statsmodels 0.15 (survdiff).
    expect(test.chiSquare).toBeCloseTo(16.79294098921654, 10);
    expect(test.p / 4.168809109334511e-5).toBeCloseTo(1, 10);
    expect(test.z).toBeLessThan(0);
  });

  it('adds strata as statsmodels 0.15 does', () => {
    // Treatment first, then placebo, units alternately in two strata.
    const treatment = [
      [6, 1],
      [6, 1],
      [6, 1],
      [6, 0],
      [7, 1],
      [9, 0],
      [10, 1],
      [10, 0],
      [11, 0],
      [13, 1],
      [16, 1],
      [17, 0],
      [19, 0],
      [20, 0],
      [22, 1],
      [23, 1],
      [25, 0],
      [32, 0],
      [32, 0],
      [34, 0],
      [35, 0],
    ].map(([time, event], i) => ({ time: time ?? 0, event: event === 1, stratum: i % 2 }));
    const control = PLACEBO.map((unit, i) => ({ ...unit, stratum: (i + 21) % 2 }));
    const strata = [0, 1].map((k) =>
      alignedRiskTables(
        control.filter(({ stratum }) => stratum === k),
        treatment.filter(({ stratum }) => stratum === k),
      ),
    );
    const test = estimated(logRank(strata));
    expect(test.chiSquare).toBeCloseTo(16.13043751671205, 9);
    expect(test.p / 5.912611302916204e-5).toBeCloseTo(1, 9);
  });

  it('is the Mantel–Haenszel test of one table where all events come on one day', () => {
    const test = estimated(
      logRank([
        { control: [{ day: 2, atRisk: 50, events: 20 }], treatment: [{ day: 2, atRisk: 50, events: 10 }] },
      ]),
    );
    // Pearson's χ² of 10/50 v 20/50 is 100/21, times 99/100 for the hypergeometric variance.
    expect(test.chiSquare).toBeCloseTo((100 / 21) * 0.99, 12);
  });

  it('changes its sign with the arms and sees nothing but the order of times', () => {
    fc.assert(
      fc.property(followUps, followUps, (control, treatment) => {
        const test = logRank([alignedRiskTables(control, treatment)]);
        const back = logRank([alignedRiskTables(treatment, control)]);
        const stretch = (units: readonly FollowUp[]) =>
          units.map(({ time, event }) => ({ time: Math.exp(time) - 1, event }));
        expect(logRank([alignedRiskTables(stretch(control), stretch(treatment))])).toEqual(test);
        expect(back.kind).toBe(test.kind);
        if (test.kind === 'unknown' || back.kind === 'unknown') return;
        expect(back.z).toBeCloseTo(-test.z, 9);
        expect(back.variance).toBeCloseTo(test.variance, 9);
        const ratio = estimated(petoHazardRatio(test, 0.05));
        expect(ratio.ci[0] > 1 || ratio.ci[1] < 1).toBe(test.p < 0.05);
      }),
      RUNS,
    );
  });

  it('is unknown without units, events, or a day with both arms at risk', () => {
    const one = [{ day: 1, atRisk: 5, events: 1 }];
    expect(logRank([])).toEqual({ kind: 'unknown', reason: 'no-units' });
    expect(logRank([{ control: one, treatment: [] }])).toEqual({ kind: 'unknown', reason: 'no-units' });
    const none = [{ day: 1, atRisk: 5, events: 0 }];
    expect(logRank([{ control: none, treatment: none }])).toEqual({ kind: 'unknown', reason: 'no-events' });
    const apart = [{ control: one, treatment: [{ day: 0.5, atRisk: 2, events: 0 }] }];
    expect(logRank(apart)).toEqual({ kind: 'unknown', reason: 'zero-variance' });
  });

  it('takes a missing day before an arm’s end for an error, after it for nobody at risk', () => {
    const control = [
      { day: 1, atRisk: 5, events: 1 },
      { day: 4, atRisk: 3, events: 1 },
    ];
    const treatment = [
      { day: 1, atRisk: 4, events: 0 },
      { day: 2, atRisk: 4, events: 1 },
    ];
    expect(() => logRank([{ control, treatment }])).toThrow(
      'strata[0].control must be given for day 2 too, on which the other arm has an event.',
    );
    // On day 4 the treatment has nobody left: what happens then says nothing.
    const early = estimated(logRank([{ control: control.slice(0, 1), treatment: treatment.slice(0, 1) }]));
    expect(logRank([{ control, treatment: treatment.slice(0, 1) }])).toEqual(early);
  });
});

describe('bad input', () => {
  const row = { day: 1, atRisk: 5, events: 1 };
  it.each([
    ['table[0].events', () => kaplanMeier([{ day: 1, atRisk: 1, events: 2 }], 0.05)],
    ['table[0].atRisk', () => kaplanMeier([{ day: 1, atRisk: -1, events: 0 }], 0.05)],
    ['table[1].day', () => kaplanMeier([row, row], 0.05)],
    ['table[1].atRisk', () => kaplanMeier([row, { day: 2, atRisk: 5, events: 0 }], 0.05)],
    ['alpha', () => kaplanMeier([row], 0)],
    ['day', () => survivalOnDay([row], Number.NaN, 0.05)],
    ['units[0].time', () => riskTableOf([{ time: -1, event: true }])],
    [
      'strata[0].treatment[0].day',
      () => logRank([{ control: [row], treatment: [{ ...row, day: Number.NaN }] }]),
    ],
    ['variance', () => petoHazardRatio({ logHazardRatio: 1, variance: 0 }, 0.05)],
  ])('names %s', (field, call) => {
    expect(call).toThrow(`${field} must be `);
  });
});
