import { Worker } from 'node:worker_threads';

/** Work that goes by name, and threads of a script that does it: it answers each name with its result. */
export interface HandOut<Result> {
  readonly script: URL;
  readonly workerData: unknown;
  readonly names: readonly string[];
  readonly threads: number;
  readonly told: (result: Result, seconds: number) => void;
}

/** Hands the names out to threads, each the next one as soon as it is done. */
export async function handOut<Result>(work: HandOut<Result>): Promise<void> {
  const waiting = [...work.names];
  const thread = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(work.script, { workerData: work.workerData, argv: [] });
      let began = performance.now();
      const next = () => {
        const name = waiting.shift();
        began = performance.now();
        if (name !== undefined) worker.postMessage(name);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('message', (result: Result) => {
        work.told(result, (performance.now() - began) / 1000);
        next();
      });
      worker.on('error', reject);
      next();
    });
  await Promise.all(Array.from({ length: work.threads }, thread));
}
