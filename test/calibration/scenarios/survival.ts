import {
  alignedRiskTables,
  type FollowUp,
  kaplanMeier,
  logRank,
  survivalOnDay,
} from '../../../analysis/survival/index.ts';
import { holds } from '../arms.ts';
import { exponential } from '../draws.ts';
import type { Uniform } from '../generator.ts';
import { equals, type Scenario, SHOWN, tally } from '../scenario.ts';

const METHOD = 'Time to event: Kaplan–Meier and log-rank';

/** Units that come evenly over 30 days, are watched until day 40, and have their event at this rate a day. */
function followUps(units: number, rate: number, uniform: Uniform): readonly FollowUp[] {
  return Array.from({ length: units }, () => {
    const watched = 10 + Math.floor(30 * uniform());
    const time = Math.ceil(exponential(uniform) / rate);
    return time <= watched ? { time, event: true } : { time: watched, event: false };
  });
}

const survival: Scenario = {
  name: 'survival',
  method: METHOD,
  about:
    '150 units in control and 100 in treatment, watched for 10 to 40 days, whose event comes at 5 % a day in both arms, counted in whole days.',
  repetitions: { full: 12_000, subset: 500 },
  claims: [
    { says: 'log-rank, α .05: false alarms', expected: equals(0.05, 0.006) },
    {
      says: 'Kaplan–Meier, 95 % log-log interval on day 14 that holds the truth',
      expected: equals(0.95, 0.008),
    },
    { says: 'the same by Greenwood’s error alone', expected: SHOWN },
    { says: 'log-rank: power at a rate of 8 % a day in treatment', expected: SHOWN },
  ],
  simulate: (uniform, repetitions) => {
    const truth = Math.exp(-0.05 * 14);
    return {
      measured: tally(repetitions, 4, (yes) => {
        const control = followUps(150, 0.05, uniform);
        const alike = alignedRiskTables(control, followUps(100, 0.05, uniform));
        const sooner = alignedRiskTables(control, followUps(100, 0.08, uniform));
        const test = logRank([alike]);
        if (test.kind === 'estimate' && test.p <= 0.05) yes(0);
        const day = survivalOnDay(alike.treatment, 14, 0.05);
        if (day.kind === 'estimate' && holds(day.ci, truth)) yes(1);
        const curve = kaplanMeier(alike.treatment, 0.05);
        const point = curve.kind === 'estimate' ? curve.points.findLast((each) => each.day <= 14) : undefined;
        if (point !== undefined && Math.abs(point.survival - truth) <= 1.959963984540054 * point.se) yes(2);
        const effect = logRank([sooner]);
        if (effect.kind === 'estimate' && effect.p <= 0.05) yes(3);
      }),
    };
  },
};

export const survivalScenarios: readonly Scenario[] = [survival];
