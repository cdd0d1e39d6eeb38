import { AppError } from '../../errors.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import { type BuildState, Builds } from './builds/index.ts';

/** How an experiment's moments are kept. Receipt times in ms. */
export interface UpkeepState {
  readonly live: BuildState | null;
  /** The one that is being made, and is to take the live one's place. */
  readonly building: BuildState | null;
}

/** What people and schedules ask of attribution; whoever attributes does it between two cycles. */
export class Upkeep {
  readonly #builds: Builds;

  constructor(postgres: Postgres) {
    this.#builds = new Builds(postgres);
  }

  async describe(experiment: string): Promise<UpkeepState> {
    const states = await this.#builds.describe(experiment);
    return {
      live: states.find(({ state }) => state === 'live') ?? null,
      building: states.find(({ state }) => state === 'building') ?? null,
    };
  }

  /** Asks for the live moments to be compared with raw rows. @throws AppError `conflict` where there are none yet. */
  async verify(experiment: string): Promise<void> {
    await this.#ask(experiment, 'verify');
  }

  /** Asks for the moments to be made anew. @throws AppError `conflict` where there are none yet. */
  async rebuild(experiment: string): Promise<void> {
    await this.#ask(experiment, 'rebuild');
  }

  /** Asks for every experiment's moments to be compared with raw rows. */
  async verifyAll(): Promise<void> {
    await this.#builds.ask(null, 'verify');
  }

  async #ask(experiment: string, what: 'verify' | 'rebuild'): Promise<void> {
    if ((await this.#builds.ask(experiment, what)) !== null) return;
    throw new AppError(
      'conflict',
      `Experiment "${experiment}" has no live moments yet; they are made once it is running and a process with the role work is.`,
    );
  }
}
