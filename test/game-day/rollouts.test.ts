import { describe, expect, it } from 'vitest';
import { normalSurvival } from '../../analysis/special/index.ts';
import { generator } from '../calibration/generator.ts';
import { renderPlot } from '../calibration/plot.ts';
import { bothWays } from './rollouts/both-ways.ts';
import { claimsOf } from './rollouts/claims.ts';
import { type DoublingCase, doubling, sprtTreatedUnits } from './rollouts/doubling.ts';
import { falsePauses, harmless } from './rollouts/false-pauses.ts';
import { plots, pointsOf } from './rollouts/plots.ts';
import { cellsOf, recall, recallName } from './rollouts/recall.ts';
import { renderRollouts } from './rollouts/report.ts';
import { tasks } from './rollouts/tasks.ts';
import { type News, send } from './rollouts/traffic.ts';
import { ENGINE, type Engine } from './rollouts/watched-rollout.ts';

const FAST: DoublingCase = { alpha: 0.05, of: 'test' };

function aaOf(name: string) {
  const found = harmless.find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`no rollouts ${name}`);
  return found;
}

function cellOf(name: string) {
  const found = cellsOf().find(({ injection, split }) => recallName(injection.name, split.name) === name);
  if (found === undefined) throw new RangeError(`no cell ${name}`);
  return found;
}

const broken = (measured: Parameters<typeof claimsOf>[0]) =>
  claimsOf(measured).flatMap(({ says, holds }) => (holds ? [] : [says]));

/** Remembers as the service does, without the harm that is shown, and never says `breach`. */
const blind: Engine = {
  observe: (input, look, before) => {
    const state = ENGINE.observe(input, look, before);
    const watches = state.watches.map((watch) => ({ ...watch, shown: null, shownAt: null }));
    return { ...state, watches };
  },
  decide: (input) => {
    const decided = ENGINE.decide(input);
    return { ...decided, document: { ...decided.document, verdict: 'inconclusive' } };
  },
};

/** Takes a one-sided test at .05 that is made for one look at its word at every look. */
const peeking: Engine = {
  observe: (input, look, before) => {
    const state = ENGINE.observe(input, look, before);
    const watches = state.watches.map((watch) => {
      const [treated, control] = [watch.seen.treatment[1], watch.seen.control[1]];
      const { arms } = look.epochs[0] ?? { arms: [] };
      const share = arms.find(({ variant }) => variant === 'treatment')?.weight ?? 0.5;
      const n = treated + control;
      const z = (treated - n * share) / Math.sqrt(n * share * (1 - share));
      const harmed = watch.metric !== 'purchase' && n > 20 && normalSurvival(z) < 0.05;
      return harmed ? { ...watch, shown: 'harm' as const, shownAt: input.now } : watch;
    });
    return { ...state, watches };
  },
  decide: (input) => {
    const { look, state } = input;
    return ENGINE.decide(
      look === null || state === null ? input : { ...input, state: peeking.observe(input, look, state) },
    );
  },
};

describe('rollouts watched at every event', () => {
  it('are decided the same in full at every look and from the first harm shown on', () => {
    const measured = bothWays(generator(3), 4);
    expect(measured.looks).toBeGreaterThan(1000);
    expect(measured.different).toBe(0);
  });

  it('are not paused more often than promised where there is no harm', () => {
    const measured = falsePauses(aaOf('A/A, 50/50'), generator(5), 60);
    expect(broken([measured])).toEqual([]);
    expect(measured.looks).toBeGreaterThan(500);
  });

  it('end in invalid and not in breach where the split alone is broken', () => {
    const aa = aaOf('A/A, broken split');
    const measured = falsePauses(aa, generator(6), 2);
    expect(broken([measured])).toEqual([]);
    expect(measured.ends).toEqual({ invalid: 2 });
  });

  it('are stopped within 1350 treated units, by the median, where a canary’s errors double', () => {
    const measured = doubling(FAST, generator(7), 80);
    expect(broken([measured])).toEqual([]);
    expect(measured.treated).toHaveLength(80);
  });

  it('are stopped by every kind of harm that is large', () => {
    const names = ['errors × 10, 1/99', 'above the latency × 3, 10/90', 'purchases × 0.3, 50/50'];
    const more = ['crashes 0 → 1 %, 50/50', 'the same split, errors × 5, 50/50'];
    const last = [
      'errors × 5 after half of the units, 50/50',
      'split 11 : 9 of what is declared, no harm, 50/50',
    ];
    const measured = [...names, ...more, ...last].map((name) => recall(cellOf(name), generator(8), 5));
    expect(measured.map(({ name, right }) => `${name}: ${right}`)).toEqual(
      [...names, ...more, ...last].map((name) => `${name}: 5`),
    );
    for (const { treated } of measured) for (const delay of treated) expect(delay).toBeGreaterThan(0);
  });
});

describe('a game day sees a decision that is broken:', () => {
  it('one that never breaches', () => {
    const measured = [
      recall(cellOf('errors × 10, 10/90'), generator(9), 20, blind),
      doubling(FAST, generator(9), 3, blind),
    ];
    expect(broken(measured)).toEqual([
      'errors × 10, 10/90: decided rightly',
      'errors doubled, α 0.05 of the test: the median is 1350 treated units at most',
    ]);
  });

  it('one that breaches on noise', () => {
    const measured = falsePauses(aaOf('A/A, 50/50'), generator(10), 60, peeking);
    expect(broken([measured])).toContain('A/A, 50/50: paused at a promise of 0.05 at most so often');
  });

  it('one that takes a broken split for harm', () => {
    const trusting: Engine = {
      ...ENGINE,
      decide: (input) => {
        const decided = ENGINE.decide(input);
        const harm = decided.document.guardrails.some(({ status }) => status === 'harm');
        return harm ? { ...decided, document: { ...decided.document, verdict: 'breach' } } : decided;
      },
    };
    const measured = falsePauses(aaOf('A/A, broken split'), generator(6), 8, trusting);
    expect(broken([measured])).toContain('A/A, broken split: paused at a promise of 0.05 at most so often');
  });
});

describe('what a game day stands on', () => {
  it('sends units and events at their rates', () => {
    const units = 100_000;
    const phase = {
      epoch: 1,
      share: 0.2,
      trueShare: 0.25,
      units,
      control: { error: 0.01 },
      treatment: { error: 0.04 },
    };
    const heard: { last?: News } = {};
    send(generator(11), [phase], (news) => {
      heard.last = news;
      return false;
    });
    const last = heard.last?.epochs[0];
    const near = (found: number | undefined, expected: number) =>
      expect(Math.abs((found ?? 0) - expected)).toBeLessThanOrEqual(4 * Math.sqrt(expected));
    near(last?.units.treatment, 25_000);
    near(last?.units.control, 75_000);
    near(last?.events.treatment['error'], 1_000);
    near(last?.events.control['error'], 750);
  });

  it('has Wald’s bound beside what is measured', () => {
    // θ0 = .1, θ1 = .002/.011: divergence .0307166, .011 events a unit.
    expect(sprtTreatedUnits(0.05)).toBeCloseTo(886.62, 2);
    expect(sprtTreatedUnits(0.001) / sprtTreatedUnits(0.1)).toBeCloseTo(3, 10);
  });

  it('gives the same report and pictures from the same seed', () => {
    const names = ['errors doubled, α 0.05 of the test', 'errors × 10, 50/50'];
    const run = () => tasks.filter(({ name }) => names.includes(name)).map((task) => task.run(12, 'quick'));
    const first = run();
    expect(run()).toEqual(first);
    expect(first).toHaveLength(2);
    const report = renderRollouts(first);
    expect(report).toContain('| errors × 10 | 50/50 | 4 of 4 |');
    expect(report).not.toContain('NaN');
    const points = pointsOf(first);
    for (const plot of plots.slice(1)) {
      const picture = renderPlot(
        plot,
        points.filter((point) => point.plot === plot.name),
      );
      expect(picture).toContain('<polyline');
      expect(picture).not.toContain('NaN');
    }
  });

  it('runs every task under a name of its own', () => {
    expect(new Set(tasks.map(({ name }) => name)).size).toBe(tasks.length);
  });
});
