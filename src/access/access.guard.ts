import { type CanActivate, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { AppError } from '../errors.ts';
import { rememberActor } from './actor.ts';
import { requireScope, tokenMissing } from './admission.ts';
import { type CredentialedRequest, takeCredential } from './bearer.ts';
import type { Scope } from './scope.ts';
import type { Tokens } from './tokens.ts';

const RULE = 'assay:access';
type Rule = 'public' | readonly Scope[];

/** This route, or every route of this controller, needs no token. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(RULE, 'public' satisfies Rule);

/** This route, or every route of this controller, needs a token with this scope, or with one of these. */
export const RequireScope = (...scopes: [Scope, ...Scope[]]): MethodDecorator & ClassDecorator =>
  SetMetadata(RULE, scopes satisfies Rule);

interface Reply {
  header(name: string, value: string): unknown;
}

/** The global guard, deny by default: a route that says neither who may call it nor that all may is refused. */
export class AccessGuard implements CanActivate {
  readonly #tokens: Tokens;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule: Rule | undefined =
      Reflect.getMetadata(RULE, context.getHandler()) ?? Reflect.getMetadata(RULE, context.getClass());
    const request = context.switchToHttp().getRequest<CredentialedRequest>();
    const reply = context.switchToHttp().getResponse<Reply>();
    const credential = takeCredential(request);
    if (rule === 'public') return true;
    if (credential === null) {
      reply.header('www-authenticate', 'Bearer');
      throw tokenMissing();
    }
    if (credential.from === 'address') {
      reply.header('referrer-policy', 'no-referrer');
      reply.header('cache-control', 'no-store');
    }
    const actor = await this.#tokens.verify(credential.token).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'unauthorized')
        reply.header('www-authenticate', 'Bearer error="invalid_token"');
      throw error;
    });
    if (rule === undefined)
      throw new AppError('forbidden', 'This route does not say who may call it, so nobody may.');
    try {
      requireScope(actor, rule);
    } catch (error) {
      reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${rule.join(' ')}"`);
      throw error;
    }
    rememberActor(request, actor);
    return true;
  }
}
