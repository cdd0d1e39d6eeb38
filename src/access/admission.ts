import { AppError } from '../errors.ts';
import type { Actor } from './actor.ts';
import { takeCredential } from './bearer.ts';
import type { Scope } from './scope.ts';
import type { Tokens } from './tokens.ts';

/** @throws AppError `forbidden` unless the actor has one of the scopes. */
export function requireScope(actor: Actor, scopes: readonly Scope[]): void {
  if (!scopes.some((scope) => actor.scopes.includes(scope)))
    throw new AppError(
      'forbidden',
      `This needs the scope ${scopes.join(' or ')}, which your token lacks; mint one that has it.`,
    );
}

export function tokenMissing(): AppError {
  return new AppError('unauthorized', 'Send a token: "Authorization: Bearer assay_pat_…".');
}

/** Who sends this Authorization header. @throws AppError `unauthorized`, or `forbidden` without one of the scopes. */
export async function admit(
  tokens: Pick<Tokens, 'verify'>,
  authorization: string | undefined,
  ...scopes: Scope[]
): Promise<Actor> {
  const credential = takeCredential({ method: 'GET', headers: { authorization }, query: null });
  if (credential === null) throw tokenMissing();
  const actor = await tokens.verify(credential.token);
  requireScope(actor, scopes);
  return actor;
}
