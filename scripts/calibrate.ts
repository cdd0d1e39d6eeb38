/**
 * `npm run calibrate`: simulates what every method of analysis/ claims and writes docs/calibration.md with its pictures.
 * node scripts/calibrate.ts [--only word] [--quick] [--threads 2]
 * `--only` runs the scenarios whose name has the word, `--quick` the suite's few repetitions; both print their tables and
 * write nothing. Exits with 1 where a claim does not hold. The same seeds give the same files, byte for byte.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { handOut } from '../test/calibration/hand-out.ts';
import { renderPlot } from '../test/calibration/plot.ts';
import { plots } from '../test/calibration/plots.ts';
import { renderReport } from '../test/calibration/report.ts';
import { type Result, runScenario } from '../test/calibration/run-scenario.ts';
import { scenarios } from '../test/calibration/scenarios/index.ts';

/** As measured on two cores; a fixed number here, so that the report is the same each time. */
const MINUTES = 5;

const HEAD = `# Calibration

What the methods of \`analysis/\` promise, beside what seeded simulations measure: false alarms, coverage, power and times to
alarm. Written by \`npm run calibrate\`, which takes about ${MINUTES} minutes on two cores (Node 24); the same seeds give this file and
its pictures again, byte for byte. \`node scripts/calibrate.ts --only sample-ratio\` runs some of it and \`--quick\` all of it
with few repetitions; the suite runs the same scenarios with those (\`test/calibration/\`).

A claim holds (✓) if the measured figure is within three standard errors of that many repetitions; of a rate, binomial ones
at the claimed figure. A figure that the design gives to some digits is known to half of its last. Rows without a mark claim
nothing: they stand beside the others to compare with. Several hundred comparisons are made here, of which one in 370 would
leave its three standard errors by chance alone.`;

if (isMainThread) process.exit(await main());
else work();

/** Runs what it is told to, one scenario after the other. */
function work(): void {
  const { size } = workerData as { readonly size: 'full' | 'subset' };
  parentPort?.on('message', (name: string) => {
    const scenario = scenarios.find((each) => each.name === name);
    if (scenario === undefined) throw new RangeError(`no scenario ${name}`);
    parentPort?.postMessage(runScenario(scenario, size));
  });
}

async function main(): Promise<number> {
  const { values: options } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      threads: { type: 'string', default: '2' },
    },
  });
  const chosen = scenarios.filter(({ name }) => name.includes(options.only ?? ''));
  const began = performance.now();
  const results = await runAll(
    chosen.map(({ name }) => name),
    options.quick ? 'subset' : 'full',
    Number(options.threads),
  );
  const { user, system } = process.cpuUsage();
  console.error(
    `${chosen.length} scenarios in ${((performance.now() - began) / 60_000).toFixed(1)} min, ` +
      `${((user + system) / 60e6).toFixed(1)} min of processor time`,
  );
  if (options.quick || options.only !== undefined)
    console.log(renderReport(chosen, results, '# Calibration'));
  else write(results);
  const failed = [...results.values()].flatMap(({ name, findings }) =>
    findings.filter(({ agrees }) => !agrees).map(({ says }) => `${name}: ${says}`),
  );
  for (const claim of failed) console.error(`does not hold: ${claim}`);
  return failed.length > 0 ? 1 : 0;
}

async function runAll(
  names: readonly string[],
  size: 'full' | 'subset',
  threads: number,
): Promise<ReadonlyMap<string, Result>> {
  const results = new Map<string, Result>();
  await handOut<Result>({
    ...{ script: new URL(import.meta.url), workerData: { size }, names, threads },
    told: (result, seconds) => {
      results.set(result.name, result);
      console.error(`${results.size}/${names.length} ${result.name} ${seconds.toFixed(1)} s`);
    },
  });
  return results;
}

function write(results: ReadonlyMap<string, Result>): void {
  const docs = join(dirname(import.meta.dirname), 'docs');
  mkdirSync(join(docs, 'calibration'), { recursive: true });
  writeFileSync(join(docs, 'calibration.md'), renderReport(scenarios, results, HEAD));
  const points = scenarios.flatMap(({ name }) => results.get(name)?.points ?? []);
  for (const plot of plots) {
    const own = points.filter((point) => point.plot === plot.name);
    writeFileSync(join(docs, 'calibration', `${plot.name}.svg`), renderPlot(plot, own));
  }
}
