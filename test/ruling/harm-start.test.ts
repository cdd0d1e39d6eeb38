import { describe, expect, it } from 'vitest';
import { epochOf, events, guardrail, Rollout, START } from './rollout.ts';

const began = (rollout: Rollout) => rollout.last?.state.latch?.broken[0]?.began;

/** A thousand units a minute in each arm, of which so many have an error; until it is stopped. */
function roll(rollout: Rollout, errors: (minute: number) => number): number {
  rollout.look({ epochs: [{ units: [0, 0] }] });
  let [units, treated, others] = [0, 0, 0];
  for (let minute = 1; minute <= 500; minute += 1) {
    units += 1000;
    treated += errors(minute);
    others += 10;
    const metrics = { error: events([units, treated], [units, others]) };
    if (rollout.look({ epochs: [{ units: [units, units], metrics }], after: 60 }).verdict === 'breach')
      return minute;
  }
  throw new Error('it was never stopped');
}

describe('since when there has been harm', () => {
  it('is the beginning of the epoch where the evidence rose from there on', () => {
    const rollout = new Rollout([guardrail()]);
    expect(roll(rollout, () => 20)).toBeGreaterThan(1);
    expect(began(rollout)).toBe(new Date(START).toISOString());
  });

  it('is the look before the harm where it came late, long before it was shown', () => {
    const rollout = new Rollout([guardrail()]);
    const stopped = roll(rollout, (minute) => (minute > 100 ? 20 : 10 - (minute % 2)));
    expect(stopped).toBeGreaterThan(103);
    const minute = (Date.parse(began(rollout) ?? '') - START) / 60_000;
    expect(minute).toBeGreaterThan(99);
    expect(minute).toBeLessThan(101);
  });

  it('stays what it was when it was stopped', () => {
    const rollout = new Rollout([guardrail()]);
    roll(rollout, () => 20);
    const first = began(rollout);
    rollout.look({ after: 3600 });
    expect(began(rollout)).toBe(first);
  });

  it('is not before somebody went on after a stop', () => {
    const rollout = new Rollout([guardrail()]);
    const resumedAt = new Date(START + 2000).toISOString();
    rollout.amend((state) => ({
      ...state,
      resumed: { by: 'Ada', why: 'fixed', at: resumedAt, stoppedSince: resumedAt, sentences: [] },
    }));
    rollout.look({
      epochs: [{ units: [1000, 1000], metrics: { error: events([1000, 50], [1000, 50]) } }],
      after: 2,
    });
    const metrics = { error: events([9000, 250], [9000, 60]) };
    expect(rollout.look({ epochs: [{ units: [9000, 9000], metrics }] }).verdict).toBe('breach');
    expect(began(rollout)).toBe(resumedAt);
  });

  it('is not known by bounds, nor by what was remembered before it was asked', () => {
    const margin = { kind: 'absolute', value: 0.01 } as const;
    const bounds = new Rollout([guardrail({ margin, method: 'proportions' })]);
    roll(bounds, () => 100);
    expect(began(bounds)).toBeNull();
    const older = new Rollout([guardrail()]);
    older.look({ epochs: [{ units: [0, 0] }] });
    older.amend((state) => ({ ...state, watches: state.watches.map(({ rise, ...rest }) => rest) }));
    const [epoch] = [epochOf({ units: [9000, 9000], metrics: { error: events([9000, 250], [9000, 60]) } })];
    older.change({ look: { dataThrough: older.now, epochs: [epoch] } });
    expect(older.look({}).verdict).toBe('breach');
    expect(began(older)).toBeNull();
  });
});
