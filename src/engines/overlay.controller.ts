import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequireScope } from '../access/index.ts';
import { Key } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { etagOfText, FlagdOverlay } from './overlay/index.ts';
import { Overlays } from './overlays.ts';

const File = z
  .string()
  .regex(/\.json$/, 'the environment, then .json')
  .transform((file) => file.slice(0, -'.json'.length))
  .pipe(Key)
  .describe('the environment, then .json');

/** The flags that decisions stop, as flagd's last source. */
@ApiTags('engines')
@Controller('api/v1/engines/flagd')
@RequireScope('decisions:read')
export class OverlayController {
  readonly #overlays: Overlays;

  constructor(@Inject(Overlays) overlays: Overlays) {
    this.#overlays = overlays;
  }

  @Get(':file')
  @Documented
  @ApiOperation({
    summary: 'The flags of an environment that must serve control',
    description:
      'Flag definitions for flagd, to be its last source: they stand over the others for as long as a decision stops the flag.',
  })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'an ETag: 304 while nothing has changed',
  })
  @ApiOkResponse({ standardSchema: FlagdOverlay })
  @ApiResponse({ status: 304, description: 'Nothing has changed' })
  async read(
    @Param('file', { schema: File }) environment: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const text = JSON.stringify(await this.#overlays.of(environment));
    const etag = etagOfText(text);
    const known = (request.headers['if-none-match'] ?? '')
      .split(',')
      .map((tag) => tag.trim().replace(/^W\//, ''));
    void reply.header('etag', etag).header('cache-control', 'no-cache');
    if (known.includes(etag)) await reply.code(304).send();
    else await reply.type('application/json').send(text);
  }
}
