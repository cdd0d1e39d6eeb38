import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../errors.ts';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;
/** Enough for some secrets, and too little to be of harm. */
const MOST_FILE_BYTES = 10_000;

/** A secret of an endpoint; it signs until `until` (ISO 8601), null: until another takes its place. */
export interface Secret {
  readonly secret: string;
  readonly until: string | null;
}

export function newSecret(randomBytes: (count: number) => Uint8Array): string {
  return PREFIX + Buffer.from(randomBytes(SECRET_BYTES)).toString('base64');
}

/** The key that a secret is, as Standard Webhooks writes it; null where it is none of 24 to 64 bytes. */
export function keyOf(secret: string): Buffer | null {
  if (!secret.startsWith(PREFIX)) return null;
  const text = secret.slice(PREFIX.length);
  const key = Buffer.from(text, 'base64');
  return key.toString('base64') === text && key.length >= 24 && key.length <= 64 ? key : null;
}

/** The secrets that sign at an instant, the newest first. */
export function signingSecrets(secrets: readonly Secret[], now: Date): string[] {
  return secrets.filter(({ until }) => until === null || new Date(until) > now).map(({ secret }) => secret);
}

/** Another secret in front; the ones before it sign for so long still. */
export function rotate(secrets: readonly Secret[], next: string, until: Date): Secret[] {
  const before = secrets.map(({ secret, until: earlier }) => ({
    secret,
    until: earlier !== null && new Date(earlier) < until ? earlier : until.toISOString(),
  }));
  return [{ secret: next, until: null }, ...before.slice(0, 2)];
}

/**
 * The secrets in a file of the directory of secrets, read anew each time so that they can be exchanged.
 * @throws AppError `unprocessable` with a sentence that has no secret in it.
 */
export async function readSecretFile(directory: string | null, name: string): Promise<string[]> {
  if (directory === null)
    throw new AppError(
      'unprocessable',
      'Secrets in files need WEBHOOK_SECRETS_DIR: set it to their directory and restart the service.',
    );
  const text = await readStart(join(directory, name)).catch((cause: unknown) => {
    throw new AppError('unprocessable', `The secret file ${name} cannot be read; put it there.`, { cause });
  });
  const secrets = text.split(/\s+/).filter((line) => line !== '');
  if (secrets.length === 0 || secrets.some((secret) => keyOf(secret) === null))
    throw new AppError(
      'unprocessable',
      `The secret file ${name} must have whsec_ and the base64 of 24 to 64 bytes on each line.`,
    );
  return secrets;
}

async function readStart(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_FILE_BYTES), 0, MOST_FILE_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
