import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../access/index.ts';
import { Key, problems } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import type { DecideInput } from '../ruling/index.ts';
import { PastLook, PastLookRequest, PastLooks } from './past-looks.ts';

@ApiTags('decisions')
@Controller('api/v1/experiments')
export class PastLooksController {
  readonly #looks: PastLooks;

  constructor(@Inject(PastLooks) looks: PastLooks) {
    this.#looks = looks;
  }

  @Post(':key/past-looks')
  @HttpCode(200)
  @Documented
  @RequireScope('decisions:read')
  @ApiOperation({
    summary: 'What candidate guardrails would have seen at a time',
    description:
      'Reads raw rows, one request at a time (503 while another is served), decides nothing and keeps nothing. `assay backtest` puts many of them in a row.',
  })
  @ApiOkResponse({ standardSchema: PastLook })
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.invalid)
  take(
    @Param('key', { schema: Key }) key: string,
    @Body({ schema: PastLookRequest }) body: PastLookRequest,
  ): Promise<{ inputs: DecideInput[] }> {
    return this.#looks.take(key, body);
  }
}
