export { Public, RequireScope } from './access.guard.ts';
export { AccessModule } from './access.module.ts';
export { type Actor, actorOf, systemActor } from './actor.ts';

export { admit } from './admission.ts';
export { AuditLog } from './audit-log.ts';

export { type Page, PageQuery, pageOf, positionOf, toPage } from './page.ts';
export { ALL_SCOPES, Scope } from './scope.ts';

export { Tokens } from './tokens.ts';
export { Why, whyOf } from './why.ts';
