import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderPlot } from '../calibration/plot.ts';
import { claimsOf, type Figures, plots, pointsOf, renderReport } from './report.ts';
import { tasks } from './rollouts/tasks.ts';
import { planOf } from './service/plan.ts';

const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');
const figures: Figures = JSON.parse(read('game-day/figures.json'));

describe('the committed game day', () => {
  it('has measured every task, and what is planned for every flag', () => {
    expect(figures.rollouts?.measured.map(({ name }) => name)).toEqual(tasks.map(({ name }) => name));
    const { service } = figures;
    expect(service?.outcomes.map(({ key, kind, split }) => ({ key, kind, split }))).toEqual(
      planOf(service?.seed ?? 0, 'full').map(({ key, kind, split }) => ({ key, kind, split })),
    );
  });

  it('has 2000 harmless rollouts in each split and in the ramp, and all that it claims', () => {
    const harmless = figures.rollouts?.measured.flatMap((each) =>
      each.kind === 'false-pauses' && each.name !== 'A/A, broken split' ? [each.rollouts] : [],
    );
    expect(harmless).toEqual([2000, 2000, 2000, 2000]);
    const claims = claimsOf(figures);
    expect(claims.length).toBeGreaterThan(70);
    expect(claims.filter(({ holds }) => !holds)).toEqual([]);
  });

  it('is the page and the pictures that its figures give', () => {
    expect(read('game-day.md')).toBe(renderReport(figures));
    for (const plot of plots) {
      const own = pointsOf(figures).filter((point) => point.plot === plot.name);
      expect(read(`game-day/${plot.name}.svg`)).toBe(renderPlot(plot, own));
    }
  });

  it('gives the same figures again where that takes a moment', () => {
    const quick = tasks.filter(({ name }) =>
      ['errors × 10, 50/50', 'above the latency × 3, 10/90'].includes(name),
    );
    expect(quick).toHaveLength(2);
    for (const task of quick) {
      const measured = JSON.parse(JSON.stringify(task.run(figures.rollouts?.seed ?? 0, 'full')));
      expect(measured).toEqual(figures.rollouts?.measured.find(({ name }) => name === task.name));
    }
  });
});
