import { describe, expect, it } from 'vitest';
import { Membership } from '../../src/stream/membership.ts';

const refusal = (type: string) => Object.assign(new Error(type), { type });

function member() {
  const clock = { now: 0 };
  const membership = new Membership(10_000, () => clock.now);
  membership.joined();
  return { membership, clock, generation: membership.generation };
}

describe('a member of a group', () => {
  it('has stale batches after another assignment', () => {
    const { membership, generation } = member();
    expect(membership.isStale(generation)).toBe(false);
    membership.joined();
    expect(membership.isStale(generation)).toBe(true);
    expect(membership.isStale(membership.generation)).toBe(false);
  });

  it('has stale batches once the group has heard nothing of it for the time of a session', () => {
    const { membership, clock, generation } = member();
    clock.now = 9000;
    membership.heard();
    clock.now = 19_000;
    expect(membership.isStale(generation)).toBe(false);
    clock.now = 19_001;
    expect(membership.isStale(generation)).toBe(true);
    // Work is a sign of life, not of the group's knowing it.
    membership.worked();
    expect(membership.isStale(generation)).toBe(true);
    expect(membership.silentMs).toBe(0);
  });

  it('keeps its partitions while the group waits for it, and not when it was thrown out', () => {
    for (const [type, stale] of [
      ['REBALANCE_IN_PROGRESS', false],
      ['UNKNOWN_MEMBER_ID', true],
      ['ILLEGAL_GENERATION', true],
    ] as const) {
      const { membership, generation } = member();
      const error = refusal(type);
      membership.refused(error);
      expect(membership.isStale(generation)).toBe(stale);
      expect(membership.rejoin).toBe(error);
      membership.joined();
      expect(membership.rejoin).toBe(null);
    }
  });

  it('learns that it is thrown out also while it is waited for', () => {
    const { membership, clock, generation } = member();
    const first = refusal('REBALANCE_IN_PROGRESS');
    membership.refused(first);
    expect(membership.takeBeat(generation)).toBe(true);
    clock.now = 499;
    expect(membership.takeBeat(generation)).toBe(false);
    clock.now = 500;
    expect(membership.takeBeat(generation)).toBe(true);
    membership.refused(refusal('UNKNOWN_MEMBER_ID'));
    expect(membership.isStale(generation)).toBe(true);
    expect(membership.rejoin).toBe(first);
    clock.now = 5000;
    expect(membership.takeBeat(generation)).toBe(false);
  });

  it('has nothing left once it is over', () => {
    const { membership, generation } = member();
    membership.left();
    expect(membership.isStale(generation)).toBe(true);
    expect(membership.takeBeat(generation)).toBe(false);
  });
});
