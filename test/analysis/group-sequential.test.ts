import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, START } from '../../analysis/group-sequential/continuation.ts';
import { densitiesOn, densityAt } from '../../analysis/group-sequential/densities.ts';
import { exitsOf } from '../../analysis/group-sequential/exit-probabilities.ts';
import { gridOver } from '../../analysis/group-sequential/grid.ts';
import {
  alphaSpent,
  boundsForAlphas,
  driftForPower,
  equalFractions,
  exitProbabilities,
  type GroupSequentialBounds,
  inflationFactor,
  lanDeMetsBounds,
  obrienFlemingBounds,
  pocockBounds,
  remainingBounds,
  repeatedInterval,
  type Spending,
  stagewisePValue,
} from '../../analysis/group-sequential/index.ts';
import { normalQuantile, normalSurvival } from '../../analysis/special/index.ts';
import { estimated, uniforms } from './units.ts';

/** Per K: the constant, and the inflation factor at power .8 and .9. */
const JENNISON_TURNBULL = [
  { looks: 1, pocock: [1.96, 1, 1], obrienFleming: [1.96, 1, 1] },
  { looks: 2, pocock: [2.178, 1.11, 1.1], obrienFleming: [1.977, 1.008, 1.007] },
  { looks: 3, pocock: [2.289, 1.166, 1.151], obrienFleming: [2.004, 1.017, 1.016] },
  { looks: 4, pocock: [2.361, 1.202, 1.183], obrienFleming: [2.024, 1.024, 1.022] },
  { looks: 5, pocock: [2.413, 1.229, 1.207], obrienFleming: [2.04, 1.028, 1.026] },
  { looks: 6, pocock: [2.453, 1.249, 1.225], obrienFleming: [2.053, 1.032, 1.03] },
  { looks: 7, pocock: [2.485, 1.265, 1.239], obrienFleming: [2.063, 1.035, 1.032] },
  { looks: 8, pocock: [2.512, 1.279, 1.252], obrienFleming: [2.072, 1.037, 1.034] },
  { looks: 9, pocock: [2.535, 1.291, 1.262], obrienFleming: [2.08, 1.038, 1.036] },
  { looks: 10, pocock: [2.555, 1.301, 1.271], obrienFleming: [2.087, 1.04, 1.037] },
] as const;

const MPMATH = [
  { spending: 'obrien-fleming', sided: 1, z: [3.928572542626, 2.4387423752852, 2.0000085702585] },
  { spending: 'obrien-fleming', sided: 2, z: [3.928572542626, 2.4387423752851, 2.0000085700919] },
  { spending: 'pocock', sided: 1, z: [2.3118353038058, 2.2583463500538, 2.3061828860679] },
  { spending: 'pocock', sided: 2, z: [2.3118353038058, 2.2583463060431, 2.3061803055088] },
] as const;

/** Each figure agrees to within the tolerance. */
function expectClose(ours: readonly (number | null)[], theirs: readonly number[], tolerance: number): void {
  expect(ours.length).toBe(theirs.length);
  theirs.forEach((figure, i) => {
    expect(Math.abs((ours[i] ?? Number.NaN) - figure)).toBeLessThanOrEqual(tolerance);
  });
}

const spentBy = (bounds: GroupSequentialBounds) =>
  exitProbabilities({ ...bounds, bounds: bounds.z, drift: 0 }).cumulative;

describe('bounds of the literature', () => {
  const equal = (looks: number, spending: Spending) =>
    lanDeMetsBounds({ informationFractions: equalFractions(looks), alpha: 0.05, sided: 2, spending }).z;

  // Reboussin et al. (2000) and ldbounds, two-sided .05; to the four decimals printed.
  it.each([
    ['obrien-fleming', [3.7103, 2.5114, 1.993]],
    ['obrien-fleming', [4.3326, 2.9631, 2.359, 2.0141]],
    ['obrien-fleming', [4.8769, 3.357, 2.6803, 2.2898, 2.031]],
    ['obrien-fleming', [6.9914, 4.8769, 3.9297, 3.3671, 2.9893, 2.7148, 2.5041, 2.3358, 2.1975, 2.0812]],
    ['pocock', [2.2794, 2.2949, 2.2959]],
    ['pocock', [2.3683, 2.3675, 2.3582, 2.35]],
    ['pocock', [2.438, 2.4268, 2.4102, 2.3966, 2.386]],
  ] as const)('Lan–DeMets with %s spending: %j', (spending, z) => {
    expectClose(equal(z.length, spending), z, 0.51e-4);
  });

  // Independent: nested adaptive quadrature with 22 digits (mpmath) of the same recursion; looks at .3, .7, 1.
  it.each(MPMATH)('unequal times, $spending, sided $sided', ({ spending, sided, z }) => {
    const bounds = lanDeMetsBounds({
      informationFractions: [0.3, 0.7, 1],
      alpha: 0.025 * sided,
      sided,
      spending,
    });
    expectClose(bounds.z, z, 1e-11);
  });

  // rpact 3.x, tests/testthat/test-f_design_group_sequential.R; they are exact to 1e-7.
  it('rpact: O’Brien–Fleming, .025, one-sided', () => {
    const bounds = obrienFlemingBounds({ informationFractions: equalFractions(3), alpha: 0.025, sided: 1 });
    expectClose(bounds.z, [3.4710914, 2.4544323, 2.0040356], 1e-7);
    expectClose(bounds.alphaSpent, [0.00025917372, 0.0071600594, 0.025], 1e-8);
    expectClose(bounds.nominalP, [0.00025917372, 0.0070553616, 0.022533125], 1e-8);
  });

  it('rpact: spending by functions and by hand, and Haybittle and Peto’s bounds', () => {
    const kimDeMets = { family: 'power', rho: 2.2 } as const;
    const byPower = alphaSpent(0.3, 0.03, kimDeMets);
    expectClose([byPower, alphaSpent(0.7, 0.03, kimDeMets)], [0.0021222083, 0.013687904], 1e-9);
    const hwangShihDeCani = { family: 'hwang-shih-decani', gamma: -1 } as const;
    const byFamily = [0.2, 0.4].map((t) => alphaSpent(t, 0.07, hwangShihDeCani));
    expectClose(byFamily, [0.0090195874, 0.020036136], 1e-9);
    const linear = lanDeMetsBounds({
      informationFractions: [0.2, 0.4, 1],
      alpha: 0.03,
      sided: 1,
      spending: { family: 'hwang-shih-decani', gamma: 0 },
    });
    expectClose(linear.z, [2.5121443, 2.4228747, 2.0280392], 1e-7);
    const asOF = lanDeMetsBounds({
      informationFractions: equalFractions(3),
      alpha: 0.03,
      sided: 1,
      spending: 'obrien-fleming',
    });
    expectClose(asOF.z, [3.5815302, 2.417863, 1.9175839], 1e-7);
    const byHand = boundsForAlphas({
      informationFractions: equalFractions(4),
      alphaSpent: [0.01, 0.02, 0.03, 0.05],
      sided: 1,
    });
    expectClose(byHand.z, [2.3263479, 2.2192994, 2.1201347, 1.8189562], 1e-7);
    const haybittlePeto = exitProbabilities({
      bounds: [3, 3, 3, 1.9827514],
      informationFractions: equalFractions(4),
      drift: 0,
      sided: 1,
    });
    expectClose(haybittlePeto.cumulative, [0.001349898, 0.0024617416, 0.0033695882, 0.025], 1e-8);
  });

  it('rpact: shift, inflation, power by stage and mean sample sizes', () => {
    const informationFractions = [0.2, 0.4, 1];
    const { z } = lanDeMetsBounds({
      informationFractions,
      alpha: 0.03,
      sided: 1,
      spending: { family: 'hwang-shih-decani', gamma: 0 },
    });
    const test = { bounds: z, informationFractions, sided: 1 } as const;
    const drift = driftForPower({ ...test, power: 0.86 });
    const inflation = inflationFactor({ ...test, power: 0.86, alpha: 0.03 });
    expectClose([drift * drift, inflation], [9.4594102, 1.0788327], 1e-6);
    const exits = exitProbabilities({ ...test, drift });
    expectClose(exits.cumulative, [0.12783451, 0.34055165, 0.86], 1e-7);
    const means = [drift, drift / 2, 0].map(
      (d) => inflation * exitProbabilities({ ...test, drift: d }).expectedInformation,
    );
    expectClose(means, [0.83081135, 1.0142116, 1.0697705], 1e-6);
  });

  // Jennison & Turnbull (2000), tables 2.1 and 2.3 (constants) and 2.2 and 2.4 (inflation at power .8 and .9), α = .05.
  it.each(JENNISON_TURNBULL)('Jennison & Turnbull, K = $looks', ({ looks, pocock, obrienFleming }) => {
    const informationFractions = equalFractions(looks);
    const design = { informationFractions, alpha: 0.05, sided: 2 } as const;
    for (const [bounds, [constant, at80, at90]] of [
      [pocockBounds(design), pocock],
      [obrienFlemingBounds(design), obrienFleming],
    ] as const) {
      const test = { ...design, bounds: bounds.z };
      expectClose([bounds.z.at(-1) ?? null], [constant], 0.51e-3);
      expectClose(
        [inflationFactor({ ...test, power: 0.8 }), inflationFactor({ ...test, power: 0.9 })],
        [at80, at90],
        0.51e-3,
      );
    }
  });

  it.each([
    [0.01, [2.576, 2.772, 2.873, 2.939, 2.986], [2.576, 2.58, 2.595, 2.609, 2.621]],
    [0.1, [1.645, 1.875, 1.992, 2.067, 2.122], [1.645, 1.678, 1.71, 1.733, 1.751]],
  ])('Jennison & Turnbull, α = %d', (alpha, pocock, obrienFleming) => {
    const constants = (bounds: typeof pocockBounds) =>
      [1, 2, 3, 4, 5].map(
        (looks) => bounds({ informationFractions: equalFractions(looks), alpha, sided: 2 }).z.at(-1) ?? null,
      );
    expectClose(constants(pocockBounds), pocock, 0.51e-3);
    expectClose(constants(obrienFlemingBounds), obrienFleming, 0.51e-3);
  });

  it('keeps naive peeking’s false alarms: 19.3 % at 10 looks, 37.4 % at 100 (Armitage et al. 1969)', () => {
    const alarms = (looks: number) =>
      exitProbabilities({
        bounds: new Array<number>(looks).fill(-normalQuantile(0.025)),
        informationFractions: equalFractions(looks),
        drift: 0,
        sided: 2,
      }).cumulative.at(-1) ?? null;
    expectClose([alarms(2), alarms(5), alarms(10), alarms(100)], [0.083, 0.142, 0.193, 0.374], 0.51e-3);
  });
});

const sided = fc.constantFrom(1 as const, 2 as const);
const alpha = fc.double({ min: 1e-6, max: 0.4, noNaN: true });
const spending: fc.Arbitrary<Spending> = fc.oneof(
  fc.constantFrom('obrien-fleming' as const, 'pocock' as const),
  fc.record({ family: fc.constant('power' as const), rho: fc.double({ min: 0.5, max: 4, noNaN: true }) }),
  fc.record({
    family: fc.constant('hwang-shih-decani' as const),
    gamma: fc.double({ min: -8, max: 4, noNaN: true }),
  }),
);
/** One to eight looks, of which the last is the final one. */
const fractions = fc
  .array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 })
  .map((steps) => {
    const total = steps.reduce((sum, step) => sum + step, 0);
    let sum = 0;
    return steps.map((step, i) => {
      sum += step;
      return i === steps.length - 1 ? 1 : sum / total;
    });
  });

describe('bounds by spending', () => {
  it('spend exactly what they are to, at every look', () => {
    fc.assert(
      fc.property(fractions, alpha, sided, spending, (informationFractions, level, sides, how) => {
        const bounds = lanDeMetsBounds({ informationFractions, alpha: level, sided: sides, spending: how });
        const spent = spentBy(bounds);
        informationFractions.forEach((t, i) => {
          const planned = sides * alphaSpent(t, level / sides, how);
          expect(Math.abs((spent[i] ?? 0) / planned - 1)).toBeLessThan(1e-9);
        });
        expect(bounds.alphaSpent.at(-1)).toBe(level);
      }),
      { numRuns: 60 },
    );
  });

  it('keep their relative accuracy where hardly any alpha is spent', () => {
    const informationFractions = [0.02, 0.04, 0.1];
    const bounds = lanDeMetsBounds({
      informationFractions,
      alpha: 0.05,
      sided: 2,
      spending: 'obrien-fleming',
    });
    expect(bounds.alphaSpent[0]).toBeLessThan(1e-50);
    spentBy(bounds).forEach((spent, i) => {
      expect(Math.abs(spent / (bounds.alphaSpent[i] ?? 0) - 1)).toBeLessThan(1e-9);
    });
  });

  it('fall as alpha grows, and stand below that of a single look of the same alpha', () => {
    fc.assert(
      fc.property(fractions, alpha, sided, (informationFractions, level, sides) => {
        const at = (a: number) =>
          lanDeMetsBounds({ informationFractions, alpha: a, sided: sides, spending: 'pocock' }).z;
        const more = at(level * 1.1);
        at(level).forEach((z, i) => {
          expect(z).toBeGreaterThan(more[i] ?? Number.POSITIVE_INFINITY);
        });
        expect(at(level).at(-1)).toBeGreaterThanOrEqual(-normalQuantile(level / sides) - 1e-12);
      }),
      { numRuns: 40 },
    );
  });

  it('depend on information only by its ratios, but for the spending', () => {
    fc.assert(
      fc.property(
        fractions,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (informationFractions, scale) => {
          const spent = informationFractions.map((t) => 0.05 * t);
          const bounds = boundsForAlphas({ informationFractions, alphaSpent: spent, sided: 2 }).z;
          const scaled = boundsForAlphas({
            informationFractions: informationFractions.map((t) => t * scale),
            alphaSpent: spent,
            sided: 2,
          }).z;
          expectClose(scaled, bounds.map(Number), 1e-10);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are those of a fixed test for one look', () => {
    for (const how of ['obrien-fleming', 'pocock'] as const) {
      const one = lanDeMetsBounds({ informationFractions: [1], alpha: 0.05, sided: 2, spending: how });
      expectClose(one.z, [1.959963984540054], 1e-14);
    }
    const design = { informationFractions: [1], alpha: 0.05, sided: 1 } as const;
    expectClose(
      [...pocockBounds(design).z, ...obrienFlemingBounds(design).z],
      [1.6448536269514722, 1.6448536269514722],
      1e-12,
    );
  });

  it('are null while there is nothing to spend, and spend it later', () => {
    const bounds = boundsForAlphas({
      informationFractions: [0.5, 0.8, 1],
      alphaSpent: [0, 0, 0.05],
      sided: 2,
    });
    expect(bounds.z.slice(0, 2)).toEqual([null, null]);
    expect(bounds.nominalP.slice(0, 2)).toEqual([0, 0]);
    expectClose([bounds.z[2] ?? null], [1.959963984540054], 1e-11);
    const early = lanDeMetsBounds({
      informationFractions: [0.001, 1],
      alpha: 0.05,
      sided: 2,
      spending: 'obrien-fleming',
    });
    expect(early.z[0]).toBeNull();
    expectClose([early.z[1] ?? null], [1.959963984540054], 1e-11);
  });

  it('spend everything where more than the planned information arrives', () => {
    const bounds = lanDeMetsBounds({
      informationFractions: [0.5, 1.2],
      alpha: 0.05,
      sided: 2,
      spending: 'obrien-fleming',
    });
    expect(bounds.alphaSpent.at(-1)).toBe(0.05);
    expect(Math.abs((spentBy(bounds).at(-1) ?? 0) - 0.05)).toBeLessThan(1e-12);
  });
});

describe('bounds in mid-experiment', () => {
  it('continue a plan that was kept as if it had been made at once', () => {
    fc.assert(
      fc.property(fractions, sided, spending, fc.nat(7), (informationFractions, sides, how, taken) => {
        const plan = lanDeMetsBounds({ informationFractions, alpha: 0.05, sided: sides, spending: how });
        const past = informationFractions.slice(0, Math.min(taken, informationFractions.length - 1));
        const rest = remainingBounds({
          past: past.map((t, i) => ({ informationFraction: t, alphaSpent: plan.alphaSpent[i] ?? 0 })),
          informationFractions: informationFractions.slice(past.length),
          alpha: 0.05,
          sided: sides,
          spending: how,
        });
        expect(rest.z).toEqual(plan.z);
      }),
      { numRuns: 30 },
    );
  });

  it('never spend more than alpha, and wait where a grown plan allows nothing yet', () => {
    const rest = remainingBounds({
      past: [{ informationFraction: 0.3, alphaSpent: 0.02 }],
      informationFractions: [0.4, 1],
      alpha: 0.05,
      sided: 2,
      spending: 'obrien-fleming',
    });
    expect(rest.z[1]).toBeNull();
    expect(rest.alphaSpent).toEqual([0.02, 0.02, 0.05]);
    expect(Math.abs((spentBy(rest).at(-1) ?? 0) - 0.05)).toBeLessThan(1e-12);
  });
});

describe('the recursion', () => {
  it('has on a whole grid the densities that it has point by point, at unequal times and with a drift', () => {
    for (const drift of [0, 2.5, -4]) {
      const fractions = [0.1, 0.13, 0.5, 0.9, 1];
      let from = advance(START, 0.1, { lower: null, upper: 2.6 }, drift, 0.13);
      fractions.slice(1, -1).forEach((information, i) => {
        const grid = gridOver(-3, 2.4 * Math.sqrt(information), 0.1, 'fine');
        const together = densitiesOn(grid, from, information, drift);
        const apart = grid.points.map((point) => densityAt(point, from, information, drift));
        const most = Math.max(...apart);
        together.forEach((density, at) => {
          expect(Math.abs(density - (apart[at] ?? 0))).toBeLessThanOrEqual(2e-12 * most);
        });
        from = advance(from, information, { lower: null, upper: 2.4 }, drift, fractions[i + 2] ?? 1);
      });
    }
  });

  it('has, of fine and coarse points, the same crossings to what each promises', () => {
    for (const looks of [2, 7, 30]) {
      const test = {
        bounds: new Array<number>(looks).fill(2.4),
        informationFractions: equalFractions(looks),
        drift: 1.5,
        sided: 1 as const,
      };
      const [fine, coarse] = [exitsOf(test), exitsOf(test, 'coarse')].map(
        (exits) => exits.cumulative.at(-1) ?? 0,
      );
      expect(Math.abs((coarse ?? 0) - (fine ?? 1))).toBeLessThanOrEqual(1e-5);
      expect(coarse).not.toBe(fine);
    }
  });

  it('refuses more looks than it computes in time', () => {
    const informationFractions = equalFractions(51);
    expect(() => pocockBounds({ informationFractions, alpha: 0.05, sided: 2 })).toThrow(
      'informationFractions must be at most 50',
    );
    expect(() =>
      driftForPower({
        bounds: informationFractions.map(() => 2.8),
        informationFractions,
        sided: 2,
        power: 0.8,
      }),
    ).toThrow('informationFractions must be at most 50');
  });
});

describe('exit probabilities', () => {
  const test = { bounds: [3, 2.5, 2], informationFractions: [0.3, 0.6, 1], sided: 2 } as const;

  it('of one look are those of a fixed test', () => {
    const { upper, lower } = exitProbabilities({
      bounds: [1.96],
      informationFractions: [1],
      drift: 1.3,
      sided: 2,
    });
    expectClose([...upper, ...lower], [normalSurvival(1.96 - 1.3), normalSurvival(1.96 + 1.3)], 1e-15);
  });

  it('swap sides with the drift’s sign', () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (drift) => {
        const there = exitProbabilities({ ...test, drift });
        const back = exitProbabilities({ ...test, drift: -drift });
        expectClose(there.upper, back.lower, 1e-12);
        expectClose([there.expectedInformation], [back.expectedInformation], 1e-12);
      }),
      { numRuns: 30 },
    );
  });

  it('grow with the drift, and the mean information falls', () => {
    const powers = [0, 1, 2, 3, 4, 5].map((drift) => exitProbabilities({ ...test, drift }));
    powers.slice(1).forEach((exits, i) => {
      expect(exits.cumulative.at(-1)).toBeGreaterThan(powers[i]?.cumulative.at(-1) ?? 1);
      expect(exits.expectedInformation).toBeLessThan(powers[i]?.expectedInformation ?? 0);
    });
  });

  it('agree with paths drawn at random', () => {
    const exits = exitProbabilities({ ...test, drift: 2 });
    const random = uniforms(7);
    const paths = 20_000;
    let stopped = 0;
    for (let path = 0; path < paths; path += 1) {
      let b = 0;
      let before = 0;
      const crosses = test.informationFractions.some((t, i) => {
        b += 2 * (t - before) + Math.sqrt(t - before) * normalQuantile(random());
        before = t;
        return Math.abs(b) / Math.sqrt(t) >= (test.bounds[i] ?? 0);
      });
      if (crosses) stopped += 1;
    }
    const power = exits.cumulative.at(-1) ?? 0;
    expect(Math.abs(stopped / paths - power)).toBeLessThan(3 * Math.sqrt((power * (1 - power)) / paths));
  });

  it('stay probabilities under extreme drifts', () => {
    for (const drift of [-60, -20, 20, 60]) {
      for (const sides of [1, 2] as const) {
        const { upper, lower, cumulative, expectedInformation } = exitProbabilities({
          ...test,
          drift,
          sided: sides,
        });
        for (const p of [...upper, ...lower, ...cumulative]) {
          expect(p).toBeGreaterThanOrEqual(0);
          expect(p).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(expectedInformation).toBeGreaterThan(0.2999);
      }
    }
  });
});

describe('power', () => {
  it('comes back from the drift that was found for it', () => {
    fc.assert(
      fc.property(fractions, sided, fc.double({ min: 0.1, max: 0.999, noNaN: true }), (f, sides, power) => {
        const bounds = lanDeMetsBounds({
          informationFractions: f,
          alpha: 0.05,
          sided: sides,
          spending: 'pocock',
        }).z;
        const design = { bounds, informationFractions: f, sided: sides };
        const { upper } = exitProbabilities({ ...design, drift: driftForPower({ ...design, power }) });
        expect(Math.abs(upper.reduce((sum, p) => sum + p, 0) - power)).toBeLessThan(1e-10);
        expect(inflationFactor({ ...design, power, alpha: 0.05 })).toBeGreaterThanOrEqual(1 - 1e-10);
      }),
      { numRuns: 30 },
    );
  });

  it('needs no inflation with a single look', () => {
    const design = { bounds: [1.959963984540054], informationFractions: [1], sided: 2 } as const;
    expectClose([inflationFactor({ ...design, power: 0.8, alpha: 0.05 })], [1], 1e-12);
  });
});

describe('at a look', () => {
  const plan = lanDeMetsBounds({
    informationFractions: [0.4, 0.7, 1],
    alpha: 0.05,
    sided: 2,
    spending: 'obrien-fleming',
  });

  it('the stagewise p is at most alpha where the bound is crossed, and nowhere else', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 4, noNaN: true }), fc.nat(2), (z, look) => {
        const { p } = stagewisePValue({
          boundsBefore: plan.z.slice(0, look),
          informationFractions: plan.informationFractions.slice(0, look + 1),
          z: -z,
          sided: 2,
        });
        const crossed = z >= (plan.z[look] ?? Number.POSITIVE_INFINITY);
        expect(p <= (plan.alphaSpent[look] ?? 0) + 1e-12).toBe(crossed);
      }),
      { numRuns: 50 },
    );
    const first = stagewisePValue({ boundsBefore: [], informationFractions: [0.4], z: 2.2, sided: 1 });
    expectClose([first.p], [normalSurvival(2.2)], 1e-15);
  });

  it('the repeated interval excludes 0 exactly where the bound is crossed', () => {
    const excludes = (z: number) => {
      const { ci } = estimated(repeatedInterval(z * 0.2, 0.2, plan.z[1] ?? null));
      return ci[0] > 0 || ci[1] < 0;
    };
    const bound = plan.z[1] ?? Number.NaN;
    expect([bound * 1.000001, bound * 0.999999, -bound * 1.000001].map(excludes)).toEqual([
      true,
      false,
      true,
    ]);
    expect(repeatedInterval(1, 1, null)).toEqual({ kind: 'unknown', reason: 'too-early' });
    expect(repeatedInterval(1e308, 1e308, 2)).toEqual({ kind: 'unknown', reason: 'overflow' });
  });
});

describe('bad input', () => {
  const good = { informationFractions: [0.5, 1], alpha: 0.05, sided: 2, spending: 'pocock' } as const;
  const exits = { bounds: [2, 2], informationFractions: [0.5, 1], drift: 0, sided: 2 } as const;
  it.each([
    ['informationFractions', () => lanDeMetsBounds({ ...good, informationFractions: [] })],
    ['informationFractions[1]', () => lanDeMetsBounds({ ...good, informationFractions: [0.5, 0.5] })],
    ['informationFractions[0]', () => lanDeMetsBounds({ ...good, informationFractions: [Number.NaN, 1] })],
    ['informationFractions[1]', () => pocockBounds({ ...good, informationFractions: [0.5, 0.9] })],
    ['alpha', () => lanDeMetsBounds({ ...good, alpha: 0 })],
    ['alpha', () => obrienFlemingBounds({ ...good, alpha: 1 })],
    ['sided', () => lanDeMetsBounds({ ...good, sided: 3 as never })],
    ['spending', () => lanDeMetsBounds({ ...good, spending: 'all' as never })],
    ['spending.rho', () => lanDeMetsBounds({ ...good, spending: { family: 'power', rho: 0 } })],
    ['spending.gamma', () => alphaSpent(0.5, 0.05, { family: 'hwang-shih-decani', gamma: Number.NaN })],
    ['spending.family', () => alphaSpent(0.5, 0.05, { family: 'none' } as never)],
    ['fraction', () => alphaSpent(-1, 0.05, 'pocock')],
    ['looks', () => equalFractions(0)],
    ['looks', () => equalFractions(101)],
    ['alphaSpent', () => boundsForAlphas({ ...good, alphaSpent: [0.01] })],
    ['alphaSpent[1]', () => boundsForAlphas({ ...good, alphaSpent: [0.02, 0.01] })],
    [
      'past[0].alphaSpent',
      () => remainingBounds({ ...good, past: [{ informationFraction: 0.1, alphaSpent: 0.06 }] }),
    ],
    ['bounds', () => exitProbabilities({ ...exits, bounds: [2] })],
    ['bounds[1]', () => exitProbabilities({ ...exits, bounds: [2, Number.NaN] })],
    ['bounds[0]', () => exitProbabilities({ ...exits, bounds: [-2, 2] })],
    ['drift', () => exitProbabilities({ ...exits, drift: Number.POSITIVE_INFINITY })],
    ['power', () => driftForPower({ ...exits, power: 0.01 })],
    ['power', () => driftForPower({ ...exits, power: 1 })],
    ['bounds', () => driftForPower({ ...exits, bounds: [null, null], power: 0.5 })],
    ['z', () => stagewisePValue({ boundsBefore: [], informationFractions: [1], z: Number.NaN, sided: 1 })],
    [
      'informationFractions',
      () => stagewisePValue({ boundsBefore: [2], informationFractions: [1], z: 2, sided: 1 }),
    ],
    ['se', () => repeatedInterval(1, 0, 2)],
  ])('names %s', (field, call) => {
    expect(call).toThrow(expect.objectContaining({ name: 'AnalysisInputError', field }));
  });
});
