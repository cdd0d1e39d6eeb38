import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PORT = 18_787;
const START_SECONDS = 60;

export interface RunningService {
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** Starts the built service on a new data directory and waits for the bundled experiment's scorecard. */
export async function startService(experiment: string): Promise<RunningService> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-bench-results-'));
  const token = `bench-${randomBytes(24).toString('hex')}`;
  const url = `http://127.0.0.1:${PORT}`;
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PORT: String(PORT), ASSAY_DATA: directory, ASSAY_TOKEN: token, LOG_LEVEL: 'warn' },
  });
  const stop = async () => {
    await ended(child);
    await rm(directory, { recursive: true, force: true });
  };
  for (let second = 0; second < START_SECONDS; second += 0.5) {
    if (child.exitCode !== null) break;
    if (await hasScorecard(`${url}/api/v1/experiments/${experiment}/results`, token))
      return { url, token, stop };
    await pause(500);
  }
  await stop();
  throw new Error(`The service had no scorecard of "${experiment}" within ${START_SECONDS} s.`);
}

async function hasScorecard(url: string, token: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    const body = (await answer.json()) as { scorecardId?: string | null };
    return typeof body.scorecardId === 'string';
  } catch {
    return false;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  await new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
}
