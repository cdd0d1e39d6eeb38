import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReceiptClock, type Stamp } from '../../src/ingest/receipt-clock.ts';

describe('ReceiptClock', () => {
  it('is through to now when nothing is under way, and to just before the oldest block else', () => {
    const clock = new ReceiptClock(0);
    expect(clock.watermark(1000)).toBe(1000);
    const first = clock.stamp(2000);
    const second = clock.stamp(2500);
    clock.settle(second);
    expect(clock.watermark(3000)).toBe(1999);
    expect(clock.settledSequence()).toBe(0);
    clock.settle(first);
    expect(clock.watermark(3000)).toBe(3000);
    expect(clock.settledSequence()).toBe(2);
  });

  it('stamps above its floor and above a raised one', () => {
    const clock = new ReceiptClock(5000);
    expect(clock.stamp(10).receivedAt).toBe(5001);
    clock.raise(7000);
    expect(clock.stamp(20).receivedAt).toBe(7001);
    expect(clock.stamp(9000).receivedAt).toBe(9000);
  });

  it('never changes what was received up to a watermark, whatever the wall clock does', () => {
    const step = fc.record({
      action: fc.constantFrom('stamp', 'settle', 'watermark'),
      // Backwards, too, and often the same millisecond.
      clockMs: fc.integer({ min: -50, max: 50 }),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const clock = new ReceiptClock(0);
        const pending: Stamp[] = [];
        const stored: Stamp[] = [];
        const snapshots: { through: number; rows: number }[] = [];
        const upTo = (through: number) => stored.filter((stamp) => stamp.receivedAt <= through).length;
        let now = 1_000_000;
        for (const { action, clockMs, pick } of steps) {
          now += clockMs;
          if (action === 'stamp') pending.push(clock.stamp(now));
          else if (action === 'settle' && pending.length > 0) {
            for (const stamp of pending.splice(pick % pending.length, 1)) {
              clock.settle(stamp);
              stored.push(stamp);
            }
          } else if (action === 'watermark') {
            const through = clock.watermark(now);
            snapshots.push({ through, rows: upTo(through) });
          }
        }
        for (const { through, rows } of snapshots) expect(upTo(through)).toBe(rows);
        const throughs = snapshots.map((snapshot) => snapshot.through);
        expect(throughs).toEqual([...throughs].sort((a, b) => a - b));
      }),
      { seed: 4, numRuns: 1000 },
    );
  });
});
