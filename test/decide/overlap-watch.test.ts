import { describe, expect, it } from 'vitest';
import { epochAlpha } from '../../analysis/index.ts';
import { buildIdentity, type LiveAttribution, type UnitsTogether } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import type { TestedPair } from '../../src/decide/assignment-overlaps.ts';
import { OVERLAPS_EVERY_MS, OverlapWatch } from '../../src/decide/index.ts';
import { attributionOf, epoch, planOf, unitsRow } from '../analyse/fixtures.ts';
import { uniforms } from '../analysis/units.ts';

const START = Date.UTC(2026, 2, 1);

/** Experiments of which each assigns units by chance, or as another one does. */
class Traffic {
  readonly plans: ExperimentPlan[] = [];
  readonly #uniform: () => number;
  readonly #shares: number[] = [];
  readonly #follows: (number | null)[] = [];
  /** By pair of indices, the arms of both: counts. */
  readonly #together = new Map<string, number>();
  readonly #met: [number, number][] = [];

  constructor(seed: number) {
    this.#uniform = uniforms(seed);
  }

  add(
    key: string,
    share: number,
    follows: number | null = null,
    changes: Partial<ExperimentPlan> = {},
  ): void {
    this.plans.push(
      planOf({
        ...{ key, flag: `flag-of-${key}`, epochs: [epoch(1, { control: 1 - share, treatment: share })] },
        ...changes,
      }),
    );
    this.#shares.push(share);
    this.#follows.push(follows);
    this.#met.push([0, 0]);
  }

  pass(units: number): void {
    for (let unit = 0; unit < units; unit += 1) {
      const drawn = this.#shares.map(() => this.#uniform());
      const arms = this.#shares.map((share, index) => {
        const follows = this.#follows[index];
        return (drawn[follows ?? index] ?? 0) < share ? 1 : 0;
      });
      for (const [a, own] of arms.entries()) {
        (this.#met[a] as [number, number])[own] += 1;
        for (const [offset, other] of arms.slice(a + 1).entries()) {
          const name = `${a} ${a + 1 + offset} ${own} ${other}`;
          this.#together.set(name, (this.#together.get(name) ?? 0) + 1);
        }
      }
    }
  }

  /** What the moments and assignments say. */
  readonly live = {
    readMany: async function* (this: Traffic, keys: readonly string[]): AsyncGenerator<LiveAttribution> {
      for (const [index, plan] of this.plans.entries()) {
        const [control, treatment] = this.#met[index] ?? [0, 0];
        const units = [unitsRow('control', control), unitsRow('treatment', treatment)];
        if (keys.includes(plan.key))
          yield {
            ...attributionOf({ units }),
            ...{ experiment: plan.key, build: index, identity: buildIdentity(plan) },
          };
      }
    }.bind(this),
    unitsTogether: async (samples: readonly { experiment: string }[]): Promise<UnitsTogether[]> => {
      const asked = new Set(samples.map(({ experiment }) => experiment));
      const variants = ['control', 'treatment'];
      return [...this.#together]
        .map(([name, units]) => ({ at: name.split(' ').map(Number), units }))
        .map(({ at: [a = 0, b = 0, own = 0, other = 0], units }) => ({
          ...{ first: this.plans[a]?.key ?? '', second: this.plans[b]?.key ?? '' },
          ...{ firstVariant: variants[own] ?? '', secondVariant: variants[other] ?? '', units },
        }))
        .filter(({ first, second }) => asked.has(first) && asked.has(second));
    },
  };
}

/** Looks after every so many units; the pairs that reach what their turn has to. */
async function watched(
  traffic: Traffic,
  { looks, units }: { looks: number; units: number },
): Promise<string[]> {
  const turns = new Map<string, number>();
  const shown = new Set<string>();
  const watch = new OverlapWatch({
    ...{ live: traffic.live, now: () => new Date(START), shown: () => undefined },
    guarded: async () => traffic.plans.map(({ key }) => key),
    plans: async () => traffic.plans,
    overlaps: {
      save: async (environment: string, pairs: readonly TestedPair[]) => {
        for (const { first, second, logE } of pairs) {
          const name = `${environment}: ${first} ${second}`;
          if (!turns.has(name)) turns.set(name, turns.size + 1);
          if (logE >= -Math.log(epochAlpha(0.001, turns.get(name) ?? 1))) shown.add(name);
        }
        return [];
      },
    },
  });
  for (let look = 0; look < looks; look += 1) {
    traffic.pass(units);
    await watch.look();
  }
  expect(turns.size).toBeGreaterThan(0);
  return [...shown];
}

describe('flags of one environment', () => {
  it('are not warned of however often it is looked, where each assigns units by itself', async () => {
    const warned: string[] = [];
    for (let seed = 1; seed <= 5; seed += 1) {
      const traffic = new Traffic(seed);
      for (const [index, share] of [0.5, 0.5, 0.1, 0.9, 0.01, 0.3, 0.7, 0.5].entries())
        traffic.add(`x${index}`, share);
      warned.push(...(await watched(traffic, { looks: 60, units: 50 })));
    }
    // 140 pairs, 60 looks each, at .001 for all of a seed.
    expect(warned).toEqual([]);
  });

  it('are warned of where one assigns by the hash of another, and the others are not', async () => {
    const traffic = new Traffic(99);
    traffic.add('checkout', 0.5);
    traffic.add('search', 0.5, 0);
    traffic.add('banner', 0.1, 0);
    traffic.add('other', 0.5);
    expect(await watched(traffic, { looks: 10, units: 60 })).toEqual([
      'production: checkout search',
      'production: banner checkout',
      'production: banner search',
    ]);
  });

  it('are compared with none of another environment, unit type or the same flag', async () => {
    const traffic = new Traffic(98);
    traffic.add('checkout', 0.5);
    traffic.add('staged', 0.5, 0, { environment: 'staging' });
    traffic.add('devices', 0.5, 0, { unitType: 'device' });
    traffic.add('same', 0.5, 0, { flag: 'flag-of-checkout' });
    traffic.add('search', 0.5, 0);
    expect((await watched(traffic, { looks: 4, units: 100 })).sort()).toEqual([
      'production: checkout search',
      'production: same search',
    ]);
  });
});

describe('many experiments', () => {
  it('are looked at in turn until every pair was, some questions at each look, of so many experiments each', async () => {
    const plans = Array.from({ length: 160 }, (_, index) =>
      planOf({ key: `x${String(index).padStart(3, '0')}`, flag: `f${index}` }),
    );
    let now = START;
    const asked: (readonly string[])[] = [];
    const met = new Set<string>();
    const watch = new OverlapWatch({
      ...{ now: () => new Date(now), shown: () => undefined, overlaps: { save: async () => [] } },
      guarded: async () => plans.map(({ key }) => key),
      plans: async () => plans,
      live: {
        readMany: async function* (keys) {
          for (const plan of plans.filter(({ key }) => keys.includes(key)))
            yield {
              ...attributionOf({ units: [unitsRow('control', 9)] }),
              ...{ experiment: plan.key, build: 1, identity: buildIdentity(plan) },
            };
        },
        unitsTogether: async (samples) => {
          const keys = samples.map(({ experiment }) => experiment);
          asked.push(keys);
          for (const a of keys) for (const b of keys) if (a < b) met.add(`${a} ${b}`);
          return [];
        },
      },
    });
    // 7 blocks, so 21 questions, 4 a look.
    for (let look = 0; look < 6; look += 1) {
      await watch.look();
      expect(asked).toHaveLength(4 * (look + 1));
      now += OVERLAPS_EVERY_MS;
    }
    for (const keys of asked) expect(keys.length).toBeLessThanOrEqual(50);
    expect(met.size).toBe((160 * 159) / 2);
  });

  it('are sampled where they are large, the larger the smaller a part', async () => {
    const halvings = async (...units: number[]) => {
      const plans = units.map((_, index) => planOf({ key: `x${index}`, flag: `f${index}` }));
      let found: number[] = [];
      const watch = new OverlapWatch({
        ...{ now: () => new Date(START), shown: () => undefined, overlaps: { save: async () => [] } },
        guarded: async () => plans.map(({ key }) => key),
        plans: async () => plans,
        live: {
          readMany: async function* () {
            for (const [index, plan] of plans.entries())
              yield {
                ...attributionOf({ units: [unitsRow('control', units[index] ?? 0)] }),
                ...{ experiment: plan.key, build: 1, identity: buildIdentity(plan) },
              };
          },
          unitsTogether: async (samples) => {
            found = samples.map((sample) => sample.halvings);
            return [];
          },
        },
      });
      await watch.look();
      return found;
    };
    expect(await halvings(1, 20_000, 20_001, 80_000, 80_001, 20_000_000)).toEqual([0, 0, 2, 2, 4, 10]);
    expect(await halvings(0, 5, 5)).toEqual([0, 0]);
  });

  it('that fail in one environment are looked at in the others', async () => {
    const traffic = new Traffic(97);
    for (const environment of ['one', 'two'])
      for (const key of ['a', 'b']) traffic.add(`${environment}-${key}`, 0.5, null, { environment });
    traffic.pass(50);
    const saved: string[] = [];
    const watch = new OverlapWatch({
      ...{ live: traffic.live, now: () => new Date(START), shown: () => undefined },
      guarded: async () => traffic.plans.map(({ key }) => key),
      plans: async () => traffic.plans,
      overlaps: {
        save: async (environment: string) => {
          saved.push(environment);
          if (saved.length === 1) throw new Error('gone');
          return [];
        },
      },
    });
    await expect(watch.look()).rejects.toThrow('gone');
    expect(saved.sort()).toEqual(['one', 'two']);
  });
});
