import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { RequireScope } from '../access/index.ts';
import { Documented } from '../http/index.ts';
import { calculations, computeOutcome, findCalculation, inputSchemaOf } from './index.ts';

const CalculationView = z
  .object({
    name: z.string().describe('what stands after /calculations/'),
    about: z.string().describe('what it answers'),
    input: z.record(z.string(), z.unknown()).describe('JSON Schema 2020-12 of the body'),
    example: z.unknown().describe('a body that computes'),
  })
  .meta({ id: 'Calculation' });
const CalculationList = z.object({ items: z.array(CalculationView) }).meta({ id: 'CalculationList' });
type CalculationList = z.infer<typeof CalculationList>;

/** Anything: the method's own schema says more, in words that name its fields. */
const Input = z.unknown().meta({
  id: 'CalculationInput',
  description: 'what the method takes; GET /api/v1/calculations has its schema and an example',
});
const OutcomeAnswer = z
  .union([
    z.looseObject({ kind: z.literal('estimate') }).describe('the figures, under the method’s own names'),
    z.object({ kind: z.literal('unknown'), reason: z.string().describe('why the data give no answer') }),
  ])
  .meta({ id: 'Outcome', example: { kind: 'unknown', reason: 'zero-variance' } });

const list: CalculationList = {
  items: calculations.map((calculation) => ({
    name: calculation.name,
    about: calculation.about,
    input: inputSchemaOf(calculation),
    example: calculation.example,
  })),
};

const problem = (status: number, description: string) => ({
  status,
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

/** Every method of the statistics library by its name: stateless, and the same as `assay compute`. */
@ApiTags('calculations')
@Controller('api/v1/calculations')
@RequireScope('results:read')
export class CalculationsController {
  @Get()
  @Documented
  @ApiOperation({ summary: 'List the methods, each with its input’s schema and an example' })
  @ApiOkResponse({ standardSchema: CalculationList })
  list(): CalculationList {
    return list;
  }

  @Post(':method')
  @HttpCode(200)
  @Documented
  @ApiOperation({
    summary: 'Compute one method of the statistics library',
    description: 'Nothing is read or stored. Without an answer `kind` is `unknown` beside a `reason`.',
  })
  @ApiParam({ name: 'method', enum: calculations.map(({ name }) => name) })
  @ApiOkResponse({ standardSchema: OutcomeAnswer })
  @ApiResponse(problem(404, 'There is no such method; the sentence proposes those with a similar name'))
  @ApiResponse(problem(422, 'The input is not valid; `errors` points at the fields'))
  compute(@Param('method') method: string, @Body({ schema: Input }) input: unknown): object {
    return computeOutcome(findCalculation(calculations, method), input);
  }
}
