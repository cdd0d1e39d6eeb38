import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { RequireScope } from '../access/index.ts';
import { problems } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { StopTimes } from './stop-times.ts';
import { Times } from './times.ts';

const Name = z.string().min(1).max(200);
const TimesQuery = z.strictObject({
  decision: z
    .string()
    .regex(/^dec_[A-Za-z0-9]{1,60}$/, 'an id such as dec_4fJ2kQ9x')
    .optional()
    .describe('that stopped it; absent: the last one that did'),
});
type TimesQuery = z.infer<typeof TimesQuery>;

@ApiTags('decisions')
@Controller('api/v1/decisions')
export class TimesController {
  readonly #times: Times;

  constructor(@Inject(Times) times: Times) {
    this.#times = times;
  }

  @Get(':environment/:flag/:treatment/times')
  @Documented
  @RequireScope('decisions:read')
  @ApiOperation({
    summary: 'When harm began, was seen, decided on, told, acknowledged, and over',
    description:
      'Of the last time that the treatment was stopped. Every key is always there; a time that is not known is null, with the reason.',
  })
  @ApiOkResponse({ standardSchema: StopTimes })
  @ApiResponse(problems.notFound)
  read(
    @Param('environment', { schema: Name }) environment: string,
    @Param('flag', { schema: Name }) flag: string,
    @Param('treatment', { schema: Name }) treatment: string,
    @Query({ schema: TimesQuery }) query: TimesQuery,
  ): Promise<StopTimes> {
    return this.#times.read({ environment, flag, treatment }, query.decision ?? null);
  }
}
