import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Documented } from '../http/index.ts';
import { RequireScope } from './access.guard.ts';
import { AuditEvent, AuditQuery } from './audit-event.ts';
import { AuditLog } from './audit-log.ts';
import { type Page, pageOf } from './page.ts';

const AuditEventPage = pageOf(AuditEvent).meta({ id: 'AuditEventPage' });

@ApiTags('access')
@Controller('api/v1/audit-events')
@RequireScope('audit:read')
export class AuditEventsController {
  readonly #audit: AuditLog;

  constructor(@Inject(AuditLog) audit: AuditLog) {
    this.#audit = audit;
  }

  @Get()
  @Documented
  @ApiOperation({ summary: 'Who changed what, when and why; newest first' })
  @ApiOkResponse({ standardSchema: AuditEventPage })
  list(@Query({ schema: AuditQuery }) query: AuditQuery): Promise<Page<AuditEvent>> {
    return this.#audit.list(query);
  }
}
