import { Controller, Delete, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, RequireScope, whyOf } from '../access/index.ts';
import { Documented } from '../http/index.ts';
import { Erasure, ErasureId, UnitId, UnitType } from './erasure.ts';
import { Erasures } from './erasures.ts';

/** Units that are to be forgotten. */
@ApiTags('erasure')
@Controller('api/v1')
export class EraseController {
  readonly #erasures: Erasures;

  constructor(@Inject(Erasures) erasures: Erasures) {
    this.#erasures = erasures;
  }

  @Delete('units/:type/:id')
  @Documented
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Erase a unit',
    description:
      'Takes away its events, in every environment, and what they gave to every experiment. Asked for again while it waits, the same erasure is answered.',
  })
  @ApiHeader({ name: 'Assay-Why', required: false, description: 'for the audit log; name nobody there' })
  @ApiAcceptedResponse({ standardSchema: Erasure })
  async erase(
    @Param('type', { schema: UnitType }) type: string,
    @Param('id', { schema: UnitId }) id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const erasure = await this.#erasures.ask(actorOf(request), { type, id }, whyOf(request, undefined));
    await reply
      .code(202)
      .header('location', `/api/v1/erasures/${erasure.id}`)
      .header('cache-control', 'no-store')
      .send(erasure);
  }

  @Get('erasures/:id')
  @Documented
  @RequireScope('admin', 'audit:read')
  @ApiOperation({ summary: 'How the erasure of a unit is going' })
  @ApiOkResponse({ standardSchema: Erasure })
  async read(@Param('id', { schema: ErasureId }) id: string, @Res() reply: FastifyReply): Promise<void> {
    const erasure = await this.#erasures.read(id);
    await reply.header('cache-control', 'no-store').send(erasure);
  }
}
