import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementSpans } from '../../src/events/index.ts';

describe('elementSpans', () => {
  it('finds every element of any array', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (values, indent) => {
        const json = Buffer.from(JSON.stringify(values, null, indent));
        const spans = elementSpans(json).filter(({ from, to }) => to > from);
        expect(spans.map(({ from, to }) => JSON.parse(json.subarray(from, to).toString('utf8')))).toEqual(
          JSON.parse(JSON.stringify(values)),
        );
      }),
      { seed: 5, numRuns: 1000 },
    );
  });
});
