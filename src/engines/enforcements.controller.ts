import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { type Page, PageQuery, pageOf, RequireScope } from '../access/index.ts';
import { Key } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { Enforcement, Enforcements } from './enforcement/index.ts';

const EnforcementPage = pageOf(Enforcement).meta({ id: 'EnforcementPage' });
const EnforcementQuery = PageQuery.extend({
  environment: Key,
  flag: Key.optional().describe('only of this one'),
});
type EnforcementQuery = z.infer<typeof EnforcementQuery>;

@ApiTags('engines')
@Controller('api/v1/enforcements')
@RequireScope('decisions:read')
export class EnforcementsController {
  readonly #enforcements: Enforcements;

  constructor(@Inject(Enforcements) enforcements: Enforcements) {
    this.#enforcements = enforcements;
  }

  @Get()
  @Documented
  @ApiOperation({
    summary: 'What engines were told, latest first',
    description:
      'One for each connection and decision, with its times: the verdict, sent, acknowledged, and the last impression of the treatment.',
  })
  @ApiOkResponse({ standardSchema: EnforcementPage })
  list(@Query({ schema: EnforcementQuery }) query: EnforcementQuery): Promise<Page<Enforcement>> {
    return this.#enforcements.list(query);
  }
}
