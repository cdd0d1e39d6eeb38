import { createHash } from 'node:crypto';
import { AppError } from '../../errors.ts';

/** So long what the service said of a token holds; a deleted one is refused within that. */
const HOLDS_MS = 3_000;
/** It is asked again after this, while the token goes on being used. */
const ASK_AGAIN_MS = 1_000;
/** A token that was used within this is asked of beforehand, so that whoever comes every minute waits for nobody. */
const USED_WITHIN_MS = 90_000;
const MOST_KEPT = 1_000;

interface Admission {
  readonly authorization: string | undefined;
  heldSince: number;
  usedAt: number;
  asking: boolean;
}

export interface AdmissionsOptions {
  /** @throws AppError `unauthorized` or `forbidden` where the sender of the header may not read decisions. */
  readonly ask: (authorization: string | undefined) => Promise<unknown>;
  /** In ms, monotonic. */
  readonly elapsed: () => number;
}

/** Which senders the service lets read decisions, as it said a moment ago. */
export class Admissions {
  readonly #options: AdmissionsOptions;
  /** By the header's hash: what is compared is no secret. */
  readonly #known = new Map<string, Admission>();

  constructor(options: AdmissionsOptions) {
    this.#options = options;
  }

  /** @throws AppError as `ask` */
  async admit(authorization: string | undefined): Promise<void> {
    const key = createHash('sha256')
      .update(authorization ?? '')
      .digest('base64');
    const now = this.#options.elapsed();
    const known = this.#known.get(key);
    if (known !== undefined && now - known.heldSince < HOLDS_MS) {
      known.usedAt = now;
      return;
    }
    await this.#options.ask(authorization);
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(key, { authorization, heldSince: now, usedAt: now, asking: false });
  }

  /** Asks again of those that go on being used; to be called every second or so. */
  async renew(): Promise<void> {
    const now = this.#options.elapsed();
    const due: Promise<void>[] = [];
    for (const [key, admission] of this.#known)
      if (now - admission.usedAt > USED_WITHIN_MS) this.#known.delete(key);
      else if (now - admission.heldSince >= ASK_AGAIN_MS && !admission.asking)
        due.push(this.#askAgain(key, admission, now));
    await Promise.all(due);
  }

  async #askAgain(key: string, admission: Admission, now: number): Promise<void> {
    admission.asking = true;
    try {
      await this.#options.ask(admission.authorization);
      admission.heldSince = now;
    } catch (error) {
      // Of one that could not be asked of nothing new is known: what was said ends by itself.
      if (error instanceof AppError && (error.code === 'unauthorized' || error.code === 'forbidden'))
        this.#known.delete(key);
    } finally {
      admission.asking = false;
    }
  }
}
