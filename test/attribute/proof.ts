import { insertRows, storedRows } from './raw-rows.ts';
import { openStores, type Stores } from './stores.ts';
import type { World } from './worlds.ts';

/** How many worlds a test has, and how large they are: `npm run prove` asks for many more. */
export const WORLDS = Number(process.env['ASSAY_WORLDS'] ?? 3);
export const SEED = Number(process.env['ASSAY_SEED'] ?? 0);
export const SIZE = { experiments: 4, streams: Number(process.env['ASSAY_STREAMS'] ?? 5), cuts: 6 };
// A proof is long: it is not to fail because the machine has other work.
const PATIENCE = SIZE.streams > 5 ? 6 : 1;
export const TIMEOUT_MS = (60_000 + WORLDS * 90_000) * PATIENCE;

/** Stores with all rows of the worlds in them, and these as they were stored. */
export async function openWorlds(
  worlds: readonly World[],
): Promise<{ readonly stores: Stores; readonly rows: Awaited<ReturnType<typeof storedRows>> }> {
  const stores = await openStores();
  await insertRows(stores.clickhouse, {
    impressions: worlds.flatMap((world) => world.impressions),
    conversions: worlds.flatMap((world) => world.conversions),
  });
  return { stores, rows: await storedRows(stores.clickhouse) };
}
