import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { RunningService } from '../../scripts/run-service.ts';

/** Begins to read decisions at an address from another process; gives what ends it, with what each read took, in ms. */
export function readDecisions(
  service: RunningService,
  address: string,
  flags: readonly string[],
): () => Promise<number[]> {
  const script = fileURLToPath(new URL('./read-decisions.ts', import.meta.url));
  const child = spawn(process.execPath, [script, address, flags.join(',')], {
    env: { ...process.env, ASSAY_TOKEN: service.token },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const { stdout } = child;
  if (stdout === null) throw new Error('what it prints cannot be read');
  return async () => {
    child.kill('SIGTERM');
    return JSON.parse(await text(stdout)) as number[];
  };
}
