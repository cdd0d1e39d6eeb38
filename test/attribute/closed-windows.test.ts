import { describe, expect, it } from 'vitest';
import { closedWindows, type MomentsRow, nextClosing } from '../../src/attribute/index.ts';
import type { Epoch, ExperimentPlan } from '../../src/catalogue/index.ts';
import { meansOf } from '../analyse/fixtures.ts';
import { experiment, HOUR, START, spend } from './experiments.ts';

const at = (text: string) => new Date(`2026-${text}:00Z`);

/** A row of one unit, by default of epoch 1. */
const row = (cohortDay: string, changes: Partial<MomentsRow> = {}): MomentsRow => ({
  ...{ epoch: 1, population: 'new', cohortDay: `2026-${cohortDay}`, variant: 'control', metric: 'spend' },
  moments: meansOf([1]),
  ...changes,
});

/** The cohort days, and epochs where they are others than 1, that are left at that time. */
const closed = (plan: ExperimentPlan, dataThrough: Date, moments: readonly MomentsRow[]) =>
  closedWindows(plan, { moments, bins: [], dataThrough }).moments.map(({ cohortDay, epoch }) =>
    epoch === 1 ? cohortDay.slice(5) : `${cohortDay.slice(5)} of ${epoch}`,
  );

const planOf = (windowHours: number | null, ...changes: Date[]): ExperimentPlan => {
  const plan = experiment('closed', [spend({ windowHours })]);
  const [first] = plan.epochs as [Epoch];
  const later = changes.map((effectiveAt, index) => ({ ...first, number: index + 2, effectiveAt }));
  return { ...plan, epochs: [first, ...later] };
};

describe('closed windows', () => {
  const days = [row('03-01'), row('03-02'), row('03-03')];

  it.each([
    ['a day', planOf(24)],
    ['a day and a half, and a change', planOf(36, at('03-03T07:00'))],
    ['no end, and two changes', planOf(null, at('03-02T05:30'), at('03-03T01:00'))],
  ])('of %s change at the next closing and never before', (_, plan) => {
    let through = at('03-01T10:00');
    for (let step = 0; step < 6; step += 1) {
      const next = nextClosing(plan, plan.metrics, through);
      if (next === null) {
        expect(closed(plan, at('06-01T00:00'), days)).toEqual(closed(plan, through, days));
        return;
      }
      expect(next.getTime()).toBeGreaterThan(through.getTime());
      expect(closed(plan, new Date(next.getTime() - 1), days)).toEqual(closed(plan, through, days));
      through = next;
    }
    expect(closed(plan, through, days)).toEqual(['03-01', '03-02', '03-03']);
  });

  it('are of a day once the window of a unit at its very end is over, and not a millisecond before', () => {
    const plan = planOf(24);
    const end = at('03-03T00:00').getTime();
    expect(closed(plan, new Date(end - 1), days)).toEqual([]);
    expect(closed(plan, new Date(end), days)).toEqual(['03-01']);
    expect(closed(plan, new Date(end + 24 * HOUR - 1), days)).toEqual(['03-01']);
    expect(closed(plan, new Date(end + 24 * HOUR), days)).toEqual(['03-01', '03-02']);
  });

  it('take days in UTC, whatever clocks do on them elsewhere', () => {
    // The clocks of Berlin go forward on 29 March, those of New York on 8 March.
    const rows = [row('03-08'), row('03-29')];
    const plan = planOf(1);
    expect(closed(plan, at('03-09T00:59'), rows)).toEqual([]);
    expect(closed(plan, at('03-09T01:00'), rows)).toEqual(['03-08']);
    expect(closed(plan, at('03-30T00:59'), rows)).toEqual(['03-08']);
    expect(closed(plan, at('03-30T01:00'), rows)).toEqual(['03-08', '03-29']);
  });

  it('round a fraction of an hour to milliseconds, as windows do', () => {
    const plan = planOf(1 / 3_600_000 / 3);
    expect(closed(plan, at('03-02T00:00'), days)).toEqual(['03-01']);
  });

  it('of windows without end are over when a change has ended the epoch, and those of the last one never', () => {
    const plan = planOf(null, at('03-02T06:00'));
    const rows = [row('03-01'), row('03-02'), row('03-02', { epoch: 2 }), row('03-03', { epoch: 2 })];
    expect(closed(plan, at('03-02T05:59'), rows)).toEqual([]);
    expect(closed(plan, at('03-02T06:00'), rows)).toEqual(['03-01', '03-02']);
    expect(closed(plan, new Date(START + 10_000 * HOUR), rows)).toEqual(['03-01', '03-02']);
  });

  it('are over with the epoch where that ends sooner, for days that it cut short too', () => {
    const plan = planOf(48, at('03-02T06:00'), at('03-10T00:00'));
    const rows = [row('03-01'), row('03-02'), row('03-02', { epoch: 2 }), row('03-09', { epoch: 2 })];
    expect(closed(plan, at('03-02T06:00'), rows)).toEqual(['03-01', '03-02']);
    expect(closed(plan, at('03-05T00:00'), rows)).toEqual(['03-01', '03-02', '03-02 of 2']);
    expect(closed(plan, at('03-10T00:00'), rows)).toHaveLength(4);
  });

  it('are each metric’s own, and the end of the experiment closes none', () => {
    const plan = {
      ...experiment('closed', [
        spend(),
        spend({ key: 'longer', windowHours: 72 }),
        spend({ key: 'open', windowHours: null }),
      ]),
      end: at('03-02T00:00'),
    };
    const rows = ['spend', 'longer', 'open', 'unheard-of'].map((metric) => row('03-01', { metric }));
    const left = closedWindows(plan, { moments: rows, bins: [], dataThrough: at('03-04T00:00') }).moments;
    expect(left.map(({ metric }) => metric)).toEqual(['spend']);
    // The rows are as they were.
    expect(left[0]).toBe(rows[0]);
  });
});
