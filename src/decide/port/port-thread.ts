/** A thread that answers reads of decisions: it keeps those that are asked for, and hears from the service what changes. */
import { parentPort, workerData } from 'node:worker_threads';
import { DecisionFeed } from '../decision-feed.ts';
import { DecisionReader } from '../decision-reader.ts';
import { DecisionWaits } from '../decision-waits.ts';
import type { Progress } from '../heartbeats.ts';
import { Admissions } from './admissions.ts';
import { DecisionServer } from './decision-server.ts';
import type { FromThread, ThreadData, ToThread } from './messages.ts';
import { ServiceQuestions } from './questions.ts';

const RENEW_EVERY_MS = 500;

const data = workerData as ThreadData;
const tell = (message: FromThread): void => parentPort?.postMessage(message);
const now = (): Date => new Date();

const questions = new ServiceQuestions(tell);
let progress: ReadonlyMap<string, Progress> = data.progress;
const feed = new DecisionFeed({ progress: async () => new Map(progress) }, () => undefined);
// Who waits is told once what was decided is here.
const here = new DecisionFeed({ progress: async () => new Map(progress) }, () => undefined);
let told = 0;
const tellWaiting = (environment: string): void => {
  told += 1;
  here.announce(environment, told);
};
const reader = new DecisionReader({
  log: {
    current: (environment, flag, treatment) => questions.ask('current', { environment, flag, treatment }),
    changedSince: (environment, changes, limit) =>
      questions.ask('changedSince', { environment, changes, limit }),
  },
  absence: (subject) => questions.ask('absence', subject),
  ...{ feed, now, caughtUp: tellWaiting },
});
const admissions = new Admissions({
  ask: (authorization) => questions.ask('admission', { authorization }),
  elapsed: () => performance.now(),
});
const server = new DecisionServer({
  reader,
  waits: new DecisionWaits({ reader, feed: here, now }),
  admit: (authorization) => admissions.admit(authorization),
  failed: (error, request) => tell({ kind: 'fault', error, request }),
});

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'progress') {
    progress = message.progress;
    void feed.look();
  } else if (message.kind === 'announced') {
    feed.announce(message.environment, message.last);
    // Where nothing was decided before, nothing is kept that could catch up.
    tellWaiting(message.environment);
  } else if (message.kind === 'close') void server.close().then(() => tell({ kind: 'closed' }));
  else questions.hear(message);
});
await feed.look();
setInterval(() => void admissions.renew(), RENEW_EVERY_MS).unref();
server.listen(data.port, data.host).then(
  (port) => tell({ kind: 'listening', port }),
  (error: unknown) => tell({ kind: 'refused', code: codeOf(error) }),
);

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
