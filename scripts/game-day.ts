/**
 * `npm run game-day`: injects harm into rollouts, blindly, and writes docs/game-day.md with its pictures: what was stopped, how soon,
 * and what was stopped falsely.
 * node scripts/game-day.ts [--half rollouts|service|neither] [--quick] [--seed 7] [--threads 2] [--seconds 120] [--events-per-second 1500]
 * `--half` measures one half anew and keeps the other's figures (docs/game-day/figures.json), or writes the page anew from both; `--quick` runs few rollouts and a short
 * stream, prints and writes nothing. Exits with 1 where a claim does not hold. The second half needs `node scripts/build.ts`.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { handOut } from '../test/calibration/hand-out.ts';
import { renderPlot } from '../test/calibration/plot.ts';
import { claimsOf, type Figures, plots, pointsOf, renderReport } from '../test/game-day/report.ts';
import { type Measured, type Size, tasks } from '../test/game-day/rollouts/tasks.ts';
import { type GameDayOptions, runGameDay } from '../test/game-day/service/game-day.ts';

const docs = join(dirname(import.meta.dirname), 'docs');
const kept = join(docs, 'game-day', 'figures.json');

if (isMainThread) process.exit(await main());
else work();

/** Runs what it is told to, one task after the other. */
function work(): void {
  const { seed, size } = workerData as { readonly seed: number; readonly size: Size };
  parentPort?.on('message', (name: string) => {
    const task = tasks.find((each) => each.name === name);
    if (task === undefined) throw new RangeError(`no task ${name}`);
    parentPort?.postMessage(task.run(seed, size));
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      half: { type: 'string' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '7' },
      threads: { type: 'string', default: '2' },
      seconds: { type: 'string' },
      'events-per-second': { type: 'string', default: '1500' },
    },
  });
  const seed = Number(values.seed);
  const halves = values.half === undefined ? ['service', 'rollouts'] : [values.half];
  const measured: Partial<Figures> = {
    ...(halves.includes('service')
      ? {
          service: await serviceHalf(seed, {
            size: values.quick ? 'few' : 'full',
            seconds: Number(values.seconds ?? (values.quick ? 30 : 120)),
            eventsPerSecond: Number(values['events-per-second']),
          }),
        }
      : {}),
    ...(halves.includes('rollouts')
      ? {
          rollouts: {
            seed,
            measured: await rolloutHalf(seed, values.quick ? 'quick' : 'full', Number(values.threads)),
          },
        }
      : {}),
  };
  const known: Partial<Figures> =
    !values.quick && existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {};
  const figures: Figures = { rollouts: null, service: null, ...known, ...measured };
  const report = renderReport(figures);
  if (values.quick) console.log(report);
  else write(figures, report);
  const failed = claimsOf(figures).filter(({ holds }) => !holds);
  for (const { says } of failed) console.error(`does not hold: ${says}`);
  return failed.length > 0 ? 1 : 0;
}

async function rolloutHalf(seed: number, size: Size, threads: number): Promise<Measured[]> {
  const names = tasks.map(({ name }) => name);
  const done = new Map<string, Measured>();
  await handOut<Measured>({
    ...{ script: new URL(import.meta.url), workerData: { seed, size }, names, threads },
    told: (measured, seconds) => {
      done.set(measured.name, measured);
      console.error(`${done.size}/${names.length} ${measured.name} ${seconds.toFixed(1)} s`);
    },
  });
  return names.flatMap((name) => done.get(name) ?? []);
}

async function serviceHalf(seed: number, pace: Pick<GameDayOptions, 'size' | 'seconds' | 'eventsPerSecond'>) {
  const directory = mkdtempSync(join(tmpdir(), 'assay-game-day-'));
  try {
    return await runGameDay({
      seed,
      ...pace,
      settleSeconds: 10,
      directory,
      log: (line) => console.error(line),
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function write(figures: Figures, report: string): void {
  mkdirSync(join(docs, 'game-day'), { recursive: true });
  writeFileSync(kept, `${JSON.stringify(figures)}\n`);
  writeFileSync(join(docs, 'game-day.md'), report);
  const points = pointsOf(figures);
  for (const plot of plots) {
    const own = points.filter((point) => point.plot === plot.name);
    if (own.length > 0) writeFileSync(join(docs, 'game-day', `${plot.name}.svg`), renderPlot(plot, own));
  }
}
