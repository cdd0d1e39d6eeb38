import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mixtureBoundary } from '../../analysis/asymptotic-sequence/index.ts';
import { exactAlarmRate, watcher } from './crossings.ts';
import { binomial, type Draw, exponential, lognormal, normal, poisson, zeroInflated } from './draws.ts';
import { generator, seedOf } from './generator.ts';
import { rate } from './measurement.ts';
import { renderPlot } from './plot.ts';
import { plots } from './plots.ts';
import { renderReport } from './report.ts';
import { type Result, runScenario } from './run-scenario.ts';
import { agrees, atMost, equals, type Scenario, tally } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { alarmsOf, chiSquareP, EXACT, eProcessP } from './scenarios/sample-ratio.ts';

const named = (name: string) => {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new RangeError(`no scenario ${name}`);
  return scenario;
};

const ran = new Map<string, Result>();

/** A scenario with the suite's repetitions; once, as it gives the same each time. */
function resultOf(scenario: Scenario): Result {
  const result = ran.get(scenario.name) ?? runScenario(scenario, 'subset');
  ran.set(scenario.name, result);
  return result;
}

describe('calibration by simulation', () => {
  it.each(scenarios)('$name', (scenario) => {
    const { findings } = resultOf(scenario);
    expect(findings.filter((finding) => !finding.agrees)).toEqual([]);
  });

  it('says in each scenario what it claims, under a name of its own', () => {
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
    expect(new Set(scenarios.map(({ name }) => seedOf(name))).size).toBe(scenarios.length);
    for (const { claims } of scenarios) expect(claims.length).toBeGreaterThan(0);
  });
});

describe('the calibration sees what is broken:', () => {
  it('naive peeking, if it were held to what any-time methods promise', () => {
    const { findings } = resultOf(named('peeking-at-looks'));
    const ofLooks = (method: string) =>
      findings.filter(({ says }) => says.startsWith(method) && /\d\d looks$/.test(says));
    const [naive, anytime] = [ofLooks('naive'), ofLooks('(a)')];
    expect([naive.length, anytime.length]).toEqual([4, 4]);
    for (const { measurement } of naive) expect(agrees(atMost(0.05), measurement)).toBe(false);
    for (const { measurement } of anytime) expect(agrees(atMost(0.05), measurement)).toBe(true);
  });

  it('χ² at p < .001 watched at every unit, if it were held to .001', () => {
    const [measurement] = resultOf(named('sample-ratio-even')).findings.map((each) => each.measurement);
    expect(measurement !== undefined && agrees(atMost(0.001), measurement)).toBe(false);
  });

  it('an e-process whose logarithm counts twice', () => {
    const doubled = alarmsOf((units, weights) => eProcessP(units, weights) ** 2, 0.5, 0.05, 3000);
    const watch = watcher([alarmsOf(eProcessP, 0.5, 0.05, 3000), doubled]);
    const uniform = generator(17);
    const [right, wrong] = tally(4000, 2, (yes) => {
      watch(uniform, 0.5, 3000).forEach((at, i) => {
        if (at <= 3000) yes(i);
      });
    });
    expect(right !== undefined && agrees(atMost(0.05), right)).toBe(true);
    expect(wrong !== undefined && agrees(atMost(0.05), wrong)).toBe(false);
  });

  it('a mixture boundary that is a fifth too narrow', () => {
    const looks = 2000;
    const bounds = [1, 0.8].map((factor) =>
      Float64Array.from({ length: looks }, (_, i) => factor * mixtureBoundary(i + 1, looks / 4, 0.05)),
    );
    const uniform = generator(18);
    const [right, narrow] = tally(2000, 2, (yes) => {
      let sum = 0;
      const crossed = [false, false];
      for (let n = 1; n <= looks; n += 1) {
        sum += normal(uniform);
        bounds.forEach((bound, i) => {
          if (Math.abs(sum) / Math.sqrt(n) > (bound[n - 1] ?? 0)) crossed[i] = true;
        });
      }
      crossed.forEach((has, i) => {
        if (has) yes(i);
      });
    });
    expect(right !== undefined && agrees(atMost(0.05), right)).toBe(true);
    expect(narrow !== undefined && agrees(atMost(0.05), narrow)).toBe(false);
  });

  it('a figure that is three and a half standard errors off, but not one that is two and a half off', () => {
    const se = Math.sqrt((0.05 * 0.95) / 10_000);
    const measured = (errors: number) => rate(10_000 * (0.05 + errors * se), 10_000);
    expect(agrees(equals(0.05, 0), measured(3.5))).toBe(false);
    expect(agrees(equals(0.05, 0), measured(-3.5))).toBe(false);
    expect(agrees(equals(0.05, 0), measured(2.5))).toBe(true);
    expect(agrees(atMost(0.05), rate(Number.NaN, 10_000))).toBe(false);
  });
});

describe('what the simulations stand on', () => {
  it('agrees with the exact distribution of the sample ratio’s walk', () => {
    expect(exactAlarmRate(alarmsOf(chiSquareP, 0.5, 0.001), 0.5, 20_000)).toBeCloseTo(EXACT.chiSquare, 6);
    expect(exactAlarmRate(alarmsOf(eProcessP, 0.5, 0.001), 0.5, 20_000)).toBeCloseTo(EXACT.eProcess, 6);
  });

  it.each<readonly [string, Draw, mean: number, variance: number]>([
    ['normal', normal, 0, 1],
    ['exponential', exponential, 1, 1],
    ['lognormal', lognormal(0.5), Math.exp(0.125), Math.exp(0.25) * (Math.exp(0.25) - 1)],
    ['zero-inflated', zeroInflated(0.2, exponential), 0.2, 0.36],
    ['poisson', poisson(3), 3, 3],
    ['binomial', binomial(40, 0.2), 8, 6.4],
    ['binomial above one half', binomial(40, 0.9), 36, 3.6],
    ['binomial of a certain event', binomial(40, 1), 40, 0],
  ])('draws %s numbers of the mean and variance they should have', (name, draw, mean, variance) => {
    const uniform = generator(seedOf(name));
    const n = 400_000;
    let [sum, squares, fourths] = [0, 0, 0];
    for (let i = 0; i < n; i += 1) {
      const deviation = draw(uniform) - mean;
      sum += deviation;
      squares += deviation ** 2;
      fourths += deviation ** 4;
    }
    const meanError = Math.sqrt(squares / n / n);
    const varianceError = Math.sqrt((fourths / n - (squares / n) ** 2) / n);
    expect(Math.abs(sum / n)).toBeLessThanOrEqual(4 * meanError);
    expect(Math.abs(squares / n - variance)).toBeLessThanOrEqual(4 * varianceError);
  });

  it('draws normal numbers with the right tails', () => {
    const uniform = generator(21);
    const tails = [0.25, 1, 2, 3, 3.6] as const;
    // Two-sided tails of the standard normal distribution (closed form, to ten digits).
    const expected = [0.8025873486, 0.3173105079, 0.0455002639, 0.0026997961, 0.0003182172];
    const measured = tally(2_000_000, tails.length, (yes) => {
      const size = Math.abs(normal(uniform));
      tails.forEach((tail, i) => {
        if (size > tail) yes(i);
      });
    });
    measured.forEach((each, i) => {
      expect(agrees(equals(expected[i] ?? 0, 1e-10), each)).toBe(true);
    });
  });

  it('gives the same report and pictures from the same seeds', () => {
    const few = ['lift-coverage-100', 'score-test'].map(named);
    const render = () => {
      const results = new Map(few.map((scenario) => [scenario.name, runScenario(scenario, 'subset')]));
      const points = [...results.values()].flatMap((result) => result.points);
      const pictures = plots
        .filter((plot) => points.some((point) => point.plot === plot.name))
        .map((plot) => renderPlot(plot, points));
      return { report: renderReport(few, results, '# Calibration'), pictures };
    };
    const first = render();
    expect(render()).toEqual(first);
    expect(first.report).toContain('| 80.9 % |');
    expect(first.pictures).toHaveLength(1);
    expect(first.pictures[0]).toMatch(/^<svg [^>]+>[\s\S]*Fieller[\s\S]*<\/svg>\n$/);
    expect(first.pictures[0]).not.toContain('NaN');
  });

  it('has its committed report from these scenarios', () => {
    const page = readFileSync(new URL('../../docs/calibration.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^- `([a-z0-9.-]+)`: /gm)].map(([, name]) => name);
    expect(listed).toEqual(scenarios.map(({ name }) => name));
    for (const { about, claims } of scenarios) {
      expect(page).toContain(about);
      for (const { says } of claims) expect(page).toContain(`| ${says} (`);
    }
    expect(page).not.toContain('✗');
    // Those that take a moment with all their repetitions: their rows are in the report to the digit.
    const quick = ['exit-probabilities', 'unequal-information', 'heterogeneity', 'score-test'].map(named);
    const results = new Map(quick.map((scenario) => [scenario.name, runScenario(scenario, 'full')]));
    const rows = renderReport(quick, results, '')
      .split('\n')
      .filter((line) => /^\|.*\d \|$/.test(line));
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(page).toContain(row);
  });
});
