/**
 * `npm run prove -- [--streams 10000] [--seed 0]`: live moments against the plain model over so many random streams of late,
 * repeated, disordered and conflicting events: so many undisturbed, as many others with deaths before and after any
 * statement, as many with two attributors racing, and as many that are looked at ahead of their cycles. Ends with 1 at the first part in which they differ, and names its seed.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const WORLDS = 5;
const EXPERIMENTS = 4;
const STREAMS = 100;

const { values } = parseArgs({
  options: { streams: { type: 'string', default: '10000' }, seed: { type: 'string', default: '0' } },
});
const wanted = Number(values.streams);
const root = fileURLToPath(new URL('..', import.meta.url));
const begin = performance.now();
let proved = 0;
for (let seed = Number(values.seed); proved < wanted; seed += WORLDS) {
  const run = spawnSync(
    process.execPath,
    [
      ...[`${root}/node_modules/vitest/vitest.mjs`, 'run'],
      ...['test/attribute/live-moments.test.ts', 'test/attribute/ahead.test.ts'],
    ],
    {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        ASSAY_SEED: String(seed),
        ASSAY_WORLDS: String(WORLDS),
        ASSAY_STREAMS: String(STREAMS),
      },
    },
  );
  if (run.status !== 0) {
    console.error(
      `${run.stdout}\n${run.stderr}\nSeeds ${seed} to ${seed + WORLDS - 1}: not shown to be equal; what failed is above.`,
    );
    process.exit(1);
  }
  proved += WORLDS * EXPERIMENTS * STREAMS;
  const minutes = (performance.now() - begin) / 60_000;
  console.log(
    `${proved} of ${wanted} streams, seeds up to ${seed + WORLDS - 1}: equal. ${minutes.toFixed(1)} min`,
  );
}
