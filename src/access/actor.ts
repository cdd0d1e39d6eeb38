import { AppError } from '../errors.ts';
import { ALL_SCOPES, type Scope } from './scope.ts';

/** Who does something: the bearer of a token, or a part of the service itself. */
export interface Actor {
  /** `token:<id>` or `system:<part>`, as the audit log shows it. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** The service acting by itself, named by its part: `systemActor('demo')`. */
export function systemActor(part: string): Actor {
  return { id: `system:${part}`, name: part, scopes: ALL_SCOPES };
}

const actors = new WeakMap<object, Actor>();

/** Remembers who makes a request, for as long as the request lives. */
export function rememberActor(request: object, actor: Actor): void {
  actors.set(request, actor);
}

/** Who makes this request; only behind the guard, on routes that need a scope. */
export function actorOf(request: object): Actor {
  const actor = actors.get(request);
  if (actor === undefined)
    throw new AppError('internal', 'This route asks who calls it, but does not require a scope.');
  return actor;
}
