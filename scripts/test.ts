/**
 * `npm test`: builds, runs the whole suite and closes with a plain count; what needed a service that this machine does
 * not have is skipped, counted and named with the way to enable it. ASSAY_REQUIRE makes such a skip a failure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { missingForBroker } from '../test/support/kafka/index.ts';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
  readonly success: boolean;
}

interface Skip {
  readonly service: string;
  readonly reason: string;
  readonly enable: string;
}

const root = dirname(import.meta.dirname);
const scratch = mkdtempSync(join(tmpdir(), 'assay-test-'));
const skipLog = join(scratch, 'skipped.ndjson');
const reportFile = join(scratch, 'report.json');

function run(file: string, args: readonly string[]): number {
  const env = { ...process.env, ASSAY_SKIP_LOG: skipLog };
  return (
    spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: 'inherit', env }).status ?? 1
  );
}

function skips(): readonly Skip[] {
  if (!existsSync(skipLog)) return [];
  const lines = readFileSync(skipLog, 'utf8').split('\n').filter(Boolean);
  const byService = new Map(
    lines.map((line) => JSON.parse(line) as Skip).map((skip) => [skip.service, skip]),
  );
  return [...byService.values()];
}

const built = run('scripts/build.ts', []);
if (built !== 0) process.exit(built);
// Once, before many workers would at the same time. What is missing, each test that wants it tells.
await missingForBroker();
const status = run('node_modules/vitest/vitest.mjs', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile=${reportFile}`,
  ...process.argv.slice(2),
]);
if (!existsSync(reportFile)) {
  console.error('The test runner ended without a report.');
  process.exit(status === 0 ? 1 : status);
}
const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
const skipped = report.numPendingTests + report.numTodoTests;
// A file that does not load has no failed test of its own, and is a failure all the same.
const failed = report.success ? report.numFailedTests : Math.max(1, report.numFailedTests);
const reasons = skips();
rmSync(scratch, { recursive: true, force: true });
console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
if (skipped > 0) {
  const named = reasons
    .map((skip) => `${skip.service} (${skip.reason}; to enable: ${skip.enable})`)
    .join('; ');
  console.log(`${skipped} skipped for want of: ${named || 'nothing that was recorded'}`);
}
process.exit(failed > 0 ? 1 : status);
