import type { TimedAttempt } from './deliveries.ts';
import type { PermittedAddresses } from './permitted-addresses.ts';
import { postMessage } from './post-message.ts';
import { readSecretFile, signingSecrets } from './secrets.ts';
import { type Message, signatureHeaders } from './signature.ts';
import type { StoredWebhook } from './webhook-store.ts';

export interface SenderOptions {
  readonly permitted: PermittedAddresses;
  /** Where files with secrets are; null: nowhere. */
  readonly secretsDirectory: string | null;
  readonly clock: () => Date;
  /** Of a whole attempt, in milliseconds. Default 10 000. */
  readonly timeoutMs?: number;
  /** A monotonic clock in milliseconds. */
  readonly elapsed?: () => number;
}

const TIMEOUT_MS = 10_000;

/** Signs a message and sends it once. */
export class Sender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  async send(webhook: StoredWebhook, message: Message, atMostMs = TIMEOUT_MS): Promise<TimedAttempt> {
    const { permitted, clock, elapsed = () => performance.now() } = this.#options;
    const startedAt = clock();
    let secrets: string[];
    try {
      secrets = await this.#secretsOf(webhook, startedAt);
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause);
      const nothing = { latencyMs: 0, response: null, retryAfterMs: null };
      return { outcome: 'failed', error, ...nothing, startedAt, endedAt: startedAt };
    }
    const attempt = await postMessage(
      webhook.view.url,
      signatureHeaders(message, secrets, startedAt),
      message.body,
      { permitted, timeoutMs: Math.min(this.#options.timeoutMs ?? TIMEOUT_MS, atMostMs), elapsed },
    );
    return { ...attempt, startedAt, endedAt: clock() };
  }

  async #secretsOf({ view: { secretFile }, secrets }: StoredWebhook, now: Date): Promise<string[]> {
    if (secretFile === null) return signingSecrets(secrets, now);
    return readSecretFile(this.#options.secretsDirectory, secretFile);
  }
}
