import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interrupted } from './interrupted.ts';
import { LiveWorld } from './live-world.ts';
import { openWorlds, SEED, SIZE, TIMEOUT_MS, WORLDS } from './proof.ts';
import { Random } from './random.ts';
import type { Stores } from './stores.ts';
import { randomWorld, type World } from './worlds.ts';

// Each test has worlds of its own: what is erased does not come back.
const [undisturbed, mortal, raced] = ['undisturbed', 'mortal', 'raced'].map((name) =>
  Array.from({ length: WORLDS }, (_, index) => randomWorld(SEED + index, SIZE, name)),
) as [World[], World[], World[]];
const worlds = [...undisturbed, ...mortal, ...raced];
let stores: Stores;
let rows: Awaited<ReturnType<typeof openWorlds>>['rows'];
beforeAll(async () => {
  ({ stores, rows } = await openWorlds(worlds));
}, TIMEOUT_MS);
afterAll(async () => {
  await stores.close();
});

class Died extends Error {}

describe('live moments over random streams of late, repeated, disordered and conflicting events', () => {
  it(
    'are at every watermark what the model says, whenever an experiment began (I1, I2)',
    async () => {
      const faults: string[] = [];
      for (const world of undisturbed) {
        const live = new LiveWorld(world, stores, rows);
        await live.begin();
        const attributor = live.attributor('the only one');
        for (const index of world.cuts.keys()) {
          live.advance(index);
          while ((await attributor.step()) !== 'idle');
          faults.push(...(await live.faults()));
          await live.erase(index);
          while ((await attributor.step()) !== 'idle' || (await live.waits()));
          faults.push(...(await live.faults()));
        }
        faults.push(...(await live.remains()));
        await attributor.close();
      }
      expect(faults.slice(0, 20)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'are the same when whoever attributes dies at any statement, however often (I5)',
    async () => {
      const faults: string[] = [];
      let deaths = 0;
      for (const [index, world] of mortal.entries()) {
        const random = new Random(SEED + index);
        const live = new LiveWorld(world, stores, rows);
        await live.begin();
        let left = 0;
        let lives = 0;
        const next = () => {
          // The first die early, so that in every world some do; some later ones live long enough for the longest of cycles.
          left = random.int(1, lives < 5 ? 60 : random.pick([60, 60, 400, 400, 4000]));
          lives += 1;
          const dying = interrupted(stores, async () => {
            left -= 1;
            if (left <= 0) throw new Died();
          });
          return live.attributor(`attributor ${deaths}`, dying);
        };
        let attributor = next();
        for (const index of world.cuts.keys()) {
          live.advance(index);
          await live.erase(index);
          for (let idle = false; !idle; ) {
            try {
              idle = (await attributor.step()) === 'idle' && !(await live.waits());
            } catch (error) {
              if (!(error instanceof Died)) throw error;
              deaths += 1;
              await live.expireLease();
              attributor = next();
            }
          }
          faults.push(...(await live.faults()));
        }
        faults.push(...(await live.remains()));
        await live.expireLease();
      }
      expect(faults.slice(0, 20)).toEqual([]);
      expect(deaths).toBeGreaterThan(3 * WORLDS);
    },
    TIMEOUT_MS,
  );

  it(
    'are the same when an attributor is held up at any statement while another goes on (I6)',
    async () => {
      const faults: string[] = [];
      let overtaken = 0;
      for (const [number, world] of raced.entries()) {
        const seed = SEED + number;
        const random = new Random(seed);
        const live = new LiveWorld(world, stores, rows);
        await live.begin();
        for (const index of world.cuts.keys()) {
          live.advance(index);
          await live.erase(index);
          const other = live.attributor(`other ${seed} ${index}`);
          let // Some live long enough for the longest of cycles.
            left = random.int(1, random.pick([60, 400, 400, 4000]));
          let overtook = false;
          const slow = live.attributor(
            `slow ${seed} ${index}`,
            interrupted(stores, async ({ inTransaction }) => {
              left -= 1;
              if (left > 0 || inTransaction || overtook) return;
              overtook = true;
              // It comes back after the other has taken over, and goes on where it was.
              overtaken += 1;
              await live.expireLease();
              for (let step = 0; step < random.int(1, 12); step += 1) await other.step();
            }),
          );
          await live.expireLease();
          let ended = false;
          while (!ended)
            await slow.step().then(
              (step) => {
                ended = step === 'idle' || step === 'elsewhere';
              },
              (error: unknown) => {
                // It may find its tables gone, before it finds that it has lost the lease.
                if (!overtook) throw error;
                ended = true;
              },
            );
          await live.expireLease();
          const last = live.attributor(`last ${seed} ${index}`);
          while ((await last.step()) !== 'idle' || (await live.waits()));
          faults.push(...(await live.faults()));
          await last.close();
        }
        faults.push(...(await live.remains()));
      }
      expect(faults.slice(0, 20)).toEqual([]);
      expect(overtaken).toBeGreaterThan(WORLDS);
    },
    TIMEOUT_MS,
  );
});
