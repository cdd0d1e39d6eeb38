import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../access/index.ts';
import { Key, problems } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { ErrorBudget, ErrorBudgets } from './error-budgets.ts';
import { GuardrailOutlooks, OutlookQuery, Outlooks } from './guardrail-outlooks.ts';

@ApiTags('decisions')
@Controller('api/v1/experiments')
export class ErrorBudgetsController {
  readonly #budgets: ErrorBudgets;
  readonly #outlooks: Outlooks;

  constructor(@Inject(ErrorBudgets) budgets: ErrorBudgets, @Inject(Outlooks) outlooks: Outlooks) {
    this.#budgets = budgets;
    this.#outlooks = outlooks;
  }

  @Get(':key/guardrails')
  @Documented
  @RequireScope('decisions:read')
  @ApiOperation({
    summary: 'How many units showing harm and safety take',
    description: 'For every guardrail and treatment, out of what is left of the error budget.',
  })
  @ApiOkResponse({ standardSchema: GuardrailOutlooks })
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  outlooks(
    @Param('key', { schema: Key }) key: string,
    @Query({ schema: OutlookQuery }) query: OutlookQuery,
  ): Promise<GuardrailOutlooks> {
    return this.#outlooks.read(key, query);
  }

  @Get(':key/error-budget')
  @Documented
  @RequireScope('decisions:read')
  @ApiOperation({
    summary: 'The ledger of an experiment’s error budget',
    description:
      'What every guardrail may spend for every treatment, by period. Whatever changes, all lines sum to the promised alpha at most.',
  })
  @ApiOkResponse({ standardSchema: ErrorBudget })
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  read(@Param('key', { schema: Key }) key: string): Promise<ErrorBudget> {
    return this.#budgets.read(key);
  }
}
