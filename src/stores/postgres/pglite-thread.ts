/** A thread that runs PGlite: opens the directory it is given, then runs the statements that come, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type Results } from '@electric-sql/pglite';
import { withBaselineCode } from './baseline-code.ts';
import { engineParsers } from './row-types.ts';
import type { Asked, Told } from './thread-messages.ts';

/** PGlite's default of 128 MB makes its memory grow, and took 150 MB more. */
const SETTINGS = ['shared_buffers=16MB'];

const { directory } = workerData as { readonly directory: string };
const complaints: string[] = [];
const tell = (told: Told): void => parentPort?.postMessage(told);

try {
  const db = await withBaselineCode(() =>
    PGlite.create(directory, {
      relaxedDurability: false,
      parsers: engineParsers(),
      startParams: [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ['-c', setting])],
      onStderr: (line) => {
        complaints.push(line);
        if (complaints.length > 100) complaints.shift();
        return false;
      },
    }),
  );
  db.onNotification((channel, payload) => tell({ kind: 'notification', channel, payload }));
  // Whoever asks waits for the answer before asking again, so statements never overlap here.
  parentPort?.on('message', (asked: Asked) => void answer(db, asked));
  tell({ kind: 'open' });
} catch (error) {
  // The engine's own words say what is wrong with the directory; its exception only that something is.
  const fatal = complaints.findLast((line) => /FATAL|PANIC|postgres:/.test(line)) ?? String(error);
  tell({ kind: 'refused', why: fatal.replace(/^.*?(FATAL|PANIC|postgres):\s*/, '') });
}

async function answer(db: PGlite, asked: Asked): Promise<void> {
  try {
    if (asked.kind === 'close') {
      await db.close();
      tell({ kind: 'closed' });
      return;
    }
    const { text, params } = asked;
    const result: Results<Record<string, unknown>> | undefined =
      params.length > 0 ? await db.query(text, [...params]) : (await db.exec(text)).at(-1);
    tell({
      kind: 'result',
      rows: result?.rows ?? [],
      fields: result?.fields ?? [],
      rowCount: result?.rowCount ?? null,
      command: result?.command ?? '',
      inTransaction: db.isInTransaction(),
    });
  } catch (error) {
    tell({ kind: 'error', error: plain(error), inTransaction: !db.closed && db.isInTransaction() });
  }
}

/** An error as it can be sent, without the parameters it carries. */
function plain(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const own = Object.entries(error).filter(([key, value]) => typeof value === 'string' && key !== 'params');
  return { ...Object.fromEntries(own), name: error.name, message: error.message, stack: error.stack };
}
