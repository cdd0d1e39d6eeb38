import type { Logger } from 'pino';
import type { Experiment } from './experiment-view.ts';

export interface AnnouncerDeps {
  readonly read: (key: string) => Promise<Experiment>;
  readonly hook: ((experiment: Experiment) => Promise<void> | void) | undefined;
  readonly logger: Logger;
}

/**
 * Tells the rest of the service of a changed experiment: one after the other and as it is by then, so that the last
 * word is the latest state. The change is kept already, so a failing hook is logged and fails nobody's request.
 */
export class Announcer {
  readonly #deps: AnnouncerDeps;
  #last: Promise<void> = Promise.resolve();

  constructor(deps: AnnouncerDeps) {
    this.#deps = deps;
  }

  announce(key: string): Promise<void> {
    this.#last = this.#last.then(() => this.#tell(key));
    return this.#last;
  }

  async #tell(key: string): Promise<void> {
    const { hook, read, logger } = this.#deps;
    if (hook === undefined) return;
    try {
      await hook(await read(key));
    } catch (error) {
      logger.error({ err: error, experiment: key }, 'an experiment changed, but not all could be told');
    }
  }
}
