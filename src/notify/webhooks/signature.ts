import { createHmac } from 'node:crypto';
import { AppError } from '../../errors.ts';
import { keyOf } from './secrets.ts';

export interface Message {
  /** Without dots: one separates it from what follows in what is signed. */
  readonly id: string;
  readonly body: string;
}

/** The headers by which a receiver knows who sends, and that nobody has changed it (Standard Webhooks). */
export function signatureHeaders(
  { id, body }: Message,
  secrets: readonly string[],
  now: Date,
): Record<string, string> {
  if (id.includes('.')) throw new AppError('internal', 'The id of a webhook’s message has a dot.');
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = keyOf(secret);
    if (key === null) throw new AppError('internal', 'A secret of a webhook is not valid; rotate it.');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
