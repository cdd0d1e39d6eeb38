import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access.guard.ts';
import { AuditEventsController } from './audit-events.controller.ts';
import { AuditLog } from './audit-log.ts';
import { TokensController } from './tokens.controller.ts';
import { Tokens } from './tokens.ts';

/** Guards every route of the application, and serves tokens and the audit log. */
@Module({})
export class AccessModule {
  static forRoot(deps: { tokens: Tokens; audit: AuditLog }): DynamicModule {
    return {
      module: AccessModule,
      controllers: [TokensController, AuditEventsController],
      providers: [
        { provide: Tokens, useValue: deps.tokens },
        { provide: AuditLog, useValue: deps.audit },
        { provide: APP_GUARD, useValue: new AccessGuard(deps.tokens) },
      ],
    };
  }
}
