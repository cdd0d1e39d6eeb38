import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../src/stream/index.ts';
import { bytesOf, splitMessages } from '../../src/stream/split-messages.ts';

const LIMIT_BYTES = 1_000_000;

function message(partition: number, bytes: number, key: string | null = null): OutgoingMessage {
  return { partition, key, value: Buffer.alloc(bytes), headers: {} };
}

describe('splitting what is sent', () => {
  it('keeps what fits together, whatever the number of partitions', () => {
    const messages = Array.from({ length: 100 }, (_, n) => message(n % 10, 5000));
    expect(splitMessages(messages)).toEqual([messages]);
    expect(splitMessages([])).toEqual([]);
  });

  it('keeps every message, in the order of its partition, in parts that each partition can take', () => {
    const messages = fc.array(
      fc.record({ partition: fc.integer({ min: 0, max: 3 }), bytes: fc.integer({ min: 0, max: 1_500_000 }) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(messages, (sizes) => {
        const sent = sizes.map(({ partition, bytes }, n) => message(partition, bytes, `${n}`));
        const parts = splitMessages(sent);
        for (const partition of [0, 1, 2, 3]) {
          const of = (list: readonly OutgoingMessage[]) =>
            list.filter((each) => each.partition === partition);
          expect(of(parts.flat())).toEqual(of(sent));
          for (const part of parts.map(of)) {
            const bytes = part.reduce((sum, each) => sum + bytesOf(each), 0);
            expect(bytes <= LIMIT_BYTES || part.length === 1).toBe(true);
          }
        }
      }),
      { seed: 5, numRuns: 50 },
    );
  });

  it('makes no part of more messages of a partition than are gathered quickly', () => {
    const parts = splitMessages(Array.from({ length: 2500 }, () => message(0, 1)));
    expect(parts.map((part) => part.length)).toEqual([1000, 1000, 500]);
  });

  it('counts keys and headers', () => {
    const plain = bytesOf(message(0, 10));
    const headers = { type: 'é' };
    expect(bytesOf({ ...message(0, 10, 'key'), headers })).toBeGreaterThanOrEqual(plain + 3 + 4 + 2);
    expect(bytesOf({ partition: 0, key: null, value: null, headers: {} })).toBe(plain - 10);
  });
});
