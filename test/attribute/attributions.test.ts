import { describe, expect, it } from 'vitest';
import { type Attribution, Attributions, buildIdentity } from '../../src/attribute/index.ts';
import { attributionOf, planOf } from '../analyse/fixtures.ts';

const plan = planOf();
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
const fromMoments = (seconds: number, identity = buildIdentity(plan)) => ({
  ...attributionOf({ dataThrough: at(seconds) }),
  ...{ experiment: plan.key, build: 1, identity },
});

/** Live moments that are read one after the other, the last one again and again; a clock that goes on with each. */
function attributions(reads: readonly (ReturnType<typeof fromMoments> | null)[], secondsARead = 0) {
  let read = 0;
  const asked: Date[] = [];
  const made = new Attributions({
    live: { read: async () => reads[Math.min(read++, reads.length - 1)] ?? null },
    recomputation: {
      run: async (_, { dataThrough }) => {
        asked.push(dataThrough);
        const provenance = { ...fromMoments(0).provenance, source: 'rawRows' as const };
        return attributionOf({ dataThrough, provenance });
      },
    },
    elapsed: () => read * secondsARead * 1000,
  });
  return { made, asked };
}

const origin = ({ provenance, dataThrough }: Attribution) => [provenance.source, dataThrough];

describe('attributions', () => {
  it('come from live moments, which may be further than was asked for', async () => {
    const { made, asked } = attributions([fromMoments(12)]);
    expect(origin(await made.run(plan, { dataThrough: at(10) }))).toEqual(['moments', at(12)]);
    expect(asked).toEqual([]);
  });

  it('wait until the live moments have come as far as was asked for', async () => {
    const { made } = attributions([fromMoments(8), fromMoments(9), fromMoments(10)]);
    expect(origin(await made.run(plan, { dataThrough: at(10) }))).toEqual(['moments', at(10)]);
  });

  it.each([
    ['there are no live moments', [null], undefined],
    ['they are of another definition', [fromMoments(12, 'another')], undefined],
    ['they do not come so far in ten seconds', [fromMoments(8)], undefined],
    ['a segment is asked for', [fromMoments(12)], [{ attribute: 'country', op: 'eq' as const, value: 'DE' }]],
  ])('come from raw rows where %s', async (_, reads, segment) => {
    const { made, asked } = attributions(reads, 4);
    const options = { dataThrough: at(10), ...(segment === undefined ? {} : { segment }) };
    expect(origin(await made.run(plan, options))).toEqual(['rawRows', at(10)]);
    expect(asked).toEqual([at(10)]);
  });
});
