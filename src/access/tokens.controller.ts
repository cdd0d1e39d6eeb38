import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { Documented } from '../http/index.ts';
import { RequireScope } from './access.guard.ts';
import { actorOf } from './actor.ts';
import { type Page, PageQuery, pageOf } from './page.ts';
import { MintedToken, MintToken, TokenInfo } from './token.ts';
import { Tokens } from './tokens.ts';
import { whyOf } from './why.ts';

const TokenPage = pageOf(TokenInfo).meta({ id: 'TokenPage' });
const TokenId = z.string().regex(/^tok_[0-9A-Za-z]{1,40}$/, 'a token’s id, such as tok_4fJ2kQ9xLmN0');

interface HttpRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

@ApiTags('access')
@Controller('api/v1/tokens')
@RequireScope('admin')
export class TokensController {
  readonly #tokens: Tokens;

  constructor(@Inject(Tokens) tokens: Tokens) {
    this.#tokens = tokens;
  }

  @Get()
  @Documented
  @ApiOperation({ summary: 'Tokens that were not deleted', description: 'Never the tokens themselves.' })
  @ApiOkResponse({ standardSchema: TokenPage })
  list(@Query({ schema: PageQuery }) query: PageQuery): Promise<Page<TokenInfo>> {
    return this.#tokens.list(query);
  }

  @Post()
  @Header('cache-control', 'no-store')
  @Documented
  @ApiOperation({
    summary: 'Mint a token',
    description:
      'Its text is in this answer and nowhere else, so an Idempotency-Key is not heeded here. It may have no scope that your own lacks.',
  })
  @ApiCreatedResponse({ standardSchema: MintedToken })
  mint(@Body({ schema: MintToken }) body: MintToken, @Req() request: HttpRequest): Promise<MintedToken> {
    const why = whyOf(request, body.why);
    return this.#tokens.mint(actorOf(request), { ...body, ...(why === null ? {} : { why }) });
  }

  @Delete(':id')
  @HttpCode(204)
  @Documented
  @ApiOperation({ summary: 'Delete a token', description: 'It stops working within 5 seconds.' })
  @ApiHeader({ name: 'Assay-Why', required: false, description: 'for the audit log' })
  @ApiNoContentResponse({ description: 'Deleted' })
  revoke(@Param('id', { schema: TokenId }) id: string, @Req() request: HttpRequest): Promise<void> {
    return this.#tokens.revoke(actorOf(request), id, whyOf(request, undefined));
  }
}
