import { systemActor } from '../../access/index.ts';
import type { Postgres } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import type { Changes } from '../changes.ts';
import { followFlag } from './follow.ts';
import { beginImplicit, type FlagPlace } from './implicit-experiments.ts';

const BEHIND = loadSql(new URL('./behind.sql', import.meta.url));
const UNWATCHED = loadSql(new URL('./unwatched-flags.sql', import.meta.url));

/** A flag that declares its weights, has flag-wide guardrails to mind and no experiment now. */
export interface UnwatchedFlag extends FlagPlace {
  readonly unitType: string;
  readonly variants: readonly string[];
  /** When its last experiment ended; null: it never had one. */
  readonly since: Date | null;
}

export interface UnwatchedFlags {
  readonly flags: readonly UnwatchedFlag[];
  /** Where to look on from; null: these were the last ones. */
  readonly last: string | null;
}

export interface FlagWideWatchDeps {
  readonly postgres: Postgres;
  readonly changes: Changes;
  /** Called after each change is kept. */
  readonly announce: (key: string) => Promise<void>;
}

/** What the service does by itself for flag-wide guardrails, as `system:flag-wide`. */
export class FlagWideWatch {
  readonly #deps: FlagWideWatchDeps;

  constructor(deps: FlagWideWatchDeps) {
    this.#deps = deps;
  }

  /** Running experiments that {@link follow} has something to do for, in the order of their keys. */
  async behind(after: string | null, most: number, now: Date): Promise<string[]> {
    const rows = await this.#deps.postgres.query<{ key: string }>(BEHIND, [now, most, after ?? '']);
    return rows.map(({ key }) => key);
  }

  /** Gives whether it was changed. @throws AppError `not-found`. */
  async follow(experiment: string): Promise<boolean> {
    const { changes, announce } = this.#deps;
    const change = { actor: ACTOR, why: 'its flag or the flag-wide guardrails say otherwise' };
    const changed = await changes.make(change, (changing) => followFlag(changing, experiment));
    if (changed) await announce(experiment);
    return changed;
  }

  /** Looks at the next so many flags that declare their weights. */
  async unwatched(after: string | null, most: number, now: Date): Promise<UnwatchedFlags> {
    const [row] = await this.#deps.postgres.query<Row>(UNWATCHED, [after ?? '', most, now]);
    const flags = (row?.unwatched ?? []).map(({ since, ...flag }) => ({
      ...flag,
      since: since === null ? null : new Date(since),
    }));
    return { flags, last: row === undefined || row.looked < most ? null : row.last };
  }

  /** Begins its implicit experiment and gives its key; null: it wants none by now. @throws AppError `conflict` where another has the flag. */
  async begin(place: FlagPlace): Promise<string | null> {
    const { changes, announce } = this.#deps;
    const change = { actor: ACTOR, why: 'two of its variants are met, and no experiment runs on it' };
    const begun = await changes.make(change, (changing) => beginImplicit(changing, place));
    if (begun !== null) await announce(begun.key);
    return begun?.key ?? null;
  }
}

const ACTOR = systemActor('flag-wide');

interface Row {
  readonly last: string | null;
  readonly looked: number;
  readonly unwatched: readonly (Omit<UnwatchedFlag, 'since'> & { readonly since: string | null })[];
}
