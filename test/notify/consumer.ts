import type { Decision, Heartbeat } from '../../src/decide/index.ts';

type Verdict = Decision['verdict'];

/**
 * A consumer that follows the rules of docs/notifications.md and nothing else, written from that page: it knows what came by
 * its channel and its own clock. Its own policy for what has expired is to hold.
 */
export class Consumer {
  readonly #decisions = new Map<string, Decision>();
  readonly #validUntil = new Map<string, number>();
  /** What it did, in order: `flag sequence verdict`. */
  readonly acted: string[] = [];
  /** Older ones that came after newer ones; a channel keeps it empty. */
  readonly outOfOrder: string[] = [];

  decision(decision: Decision): void {
    const { flag, treatment, sequence, verdict } = decision;
    const subject = `${flag}/${treatment}`;
    const known = this.#decisions.get(subject);
    if (known !== undefined && sequence < known.sequence) this.outOfOrder.push(`${flag} ${sequence}`);
    if (known !== undefined && sequence <= known.sequence) {
      if (sequence === known.sequence) this.#prolong(subject, decision.validUntil);
      return;
    }
    this.#decisions.set(subject, decision);
    this.#validUntil.set(subject, Date.parse(decision.validUntil ?? ''));
    this.acted.push(`${flag} ${sequence} ${verdict}`);
  }

  heartbeat({ sequence, at, dataThrough, except }: Heartbeat): void {
    for (const [subject, decision] of this.#decisions) {
      const { renewal } = decision;
      if (decision.sequence > sequence || except.includes(decision.flag) || renewal === null) continue;
      const held = Date.parse(at) + renewal.seconds * 1000;
      const newest = Math.max(
        Date.parse(decision.dataThrough ?? ''),
        Date.parse(dataThrough ?? decision.dataThrough ?? ''),
      );
      const young = renewal.dataSeconds === null ? held : newest + renewal.dataSeconds * 1000;
      this.#prolong(subject, new Date(Math.min(held, young)).toISOString());
    }
  }

  /** What it does about a flag at a moment. `expired`: it holds by its own policy. */
  says(flag: string, now: Date, treatment = 'treatment'): Verdict | 'expired' | 'unknown' {
    const subject = `${flag}/${treatment}`;
    const decision = this.#decisions.get(subject);
    if (decision === undefined) return 'unknown';
    if (decision.verdict === 'breach') return 'breach';
    return (this.#validUntil.get(subject) ?? 0) > now.getTime() ? decision.verdict : 'expired';
  }

  validUntil(flag: string, treatment = 'treatment'): string {
    return new Date(this.#validUntil.get(`${flag}/${treatment}`) ?? 0).toISOString();
  }

  #prolong(subject: string, until: string | null): void {
    this.#validUntil.set(subject, Math.max(this.#validUntil.get(subject) ?? 0, Date.parse(until ?? '')));
  }
}
