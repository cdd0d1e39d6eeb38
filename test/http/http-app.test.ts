import 'reflect-metadata';
import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiOkResponse } from '@nestjs/swagger';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../src/errors.ts';
import { createHttpApp, createOpenApiDocument, Documented, Problem } from '../../src/http/index.ts';

const Size = z.object({ value: z.number(), unit: z.enum(['cm', 'm']).default('cm') }).meta({ id: 'Size' });
const Thing = z.object({ name: z.string().min(1), size: Size }).meta({ id: 'Thing' });
type Thing = z.infer<typeof Thing>;
const Paging = z.object({ limit: z.coerce.number().int().max(10).default(5) });

@Controller()
class ThingsController {
  @Post('things')
  @Documented
  @ApiOkResponse({ standardSchema: Thing })
  create(@Body({ schema: Thing }) body: Thing): Thing {
    return body;
  }

  @Get('things')
  @Documented
  list(@Query({ schema: Paging }) paging: { limit: number }): { limit: number } {
    return paging;
  }

  @Post('things/:key::polish')
  @Documented
  polish(@Param('key') key: string): { polished: string } {
    return { polished: key };
  }

  @Get('broken/:how')
  @Documented
  broken(@Param('how') how: string): never {
    if (how === 'busy')
      throw new AppError('too-many-requests', 'Too much at once; wait a second.', { retryAfterSeconds: 1.2 });
    throw new Error('the password is hunter2');
  }

  @Post('api/v1/events')
  @Documented
  events(@Body() body: unknown): { raw: boolean; bytes: number } {
    return { raw: Buffer.isBuffer(body), bytes: (body as Buffer).length };
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

describe('the HTTP rim', () => {
  let app: NestFastifyApplication;
  const logged: string[] = [];

  beforeAll(async () => {
    const logger = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) });
    app = await createHttpApp(ThingsModule, { logger });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app.close());

  const post = (url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...headers } });

  it('validates a body and fills its defaults', async () => {
    const answer = await post('/things', '{"name":"a","size":{"value":2}}');
    expect(answer.json()).toEqual({ name: 'a', size: { value: 2, unit: 'cm' } });
  });

  it('answers an invalid body with a problem that points at every bad field', async () => {
    const answer = await post('/things', '{"name":"","size":{"value":"2"}}');
    expect(answer.statusCode).toBe(422);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    const problem = Problem.parse(answer.json());
    expect(problem.type).toBe('urn:assay:problem:unprocessable');
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/name', '/size/value']);
  });

  it.each([
    ['not JSON', '{"name":', {}, 400, 'bad-request'],
    [
      'another type',
      'name=a',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported-media',
    ],
    ['a compressed one', '{}', { 'content-encoding': 'gzip' }, 415, 'unsupported-media'],
    ['a huge one', `"${'x'.repeat(1_200_000)}"`, {}, 413, 'too-large'],
  ])('answers a body that is %s with a problem', async (_, payload, headers, status, code) => {
    const answer = await post('/things', payload, headers as Record<string, string>);
    expect(answer.statusCode).toBe(status);
    expect(Problem.parse(answer.json()).type).toBe(`urn:assay:problem:${code}`);
  });

  it('answers a bad query with 400 and an unknown address with 404, as problems', async () => {
    const bad = await app.inject('/things?limit=11');
    expect([bad.statusCode, bad.json().errors[0].pointer]).toEqual([400, '/limit']);
    const unknown = await app.inject('/nowhere?token=secret');
    expect(unknown.statusCode).toBe(404);
    expect(Problem.parse(unknown.json()).detail).toContain('GET /nowhere');
    expect(unknown.body).not.toContain('secret');
  });

  it('says when to come back', async () => {
    const answer = await app.inject('/broken/busy');
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '2']);
  });

  it('keeps what went wrong inside to the log, under the request’s id', async () => {
    const answer = await app.inject('/broken/badly');
    const problem = Problem.parse(answer.json());
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('hunter2');
    const id = problem.instance.replace('urn:uuid:', '');
    expect(answer.headers['x-request-id']).toBe(id);
    expect(logged.find((line) => line.includes(id) && line.includes('hunter2'))).toBeDefined();
  });

  it('takes a request id only if it is a UUID', async () => {
    const id = '11111111-2222-3333-4444-555555555555';
    expect(
      (await app.inject({ url: '/things', headers: { 'x-request-id': id } })).headers['x-request-id'],
    ).toBe(id);
    const forged = await app.inject({ url: '/things', headers: { 'x-request-id': 'x"} forged' } });
    expect(forged.headers['x-request-id']).not.toContain('forged');
  });

  it('never logs a token from an address', async () => {
    await app.inject('/things?limit=1');
    await app.inject('/things?limit=2&token=assay_pat_secret');
    await app.inject('/things?limit=3&%74oken=assay_pat_secret');
    expect(logged.some((line) => line.includes('limit=1'))).toBe(true);
    expect(logged.some((line) => line.includes('assay_pat_secret'))).toBe(false);
  });

  it('hands the collector its bodies raw, whatever their type', async () => {
    const answer = await post('/api/v1/events', Buffer.from([0x1f, 0x8b, 1, 2]), {
      'content-encoding': 'gzip',
    });
    expect(answer.json()).toEqual({ raw: true, bytes: 4 });
  });

  it('documents parameters, bodies and answers as OpenAPI 3.1', () => {
    const document = createOpenApiDocument(app, '1.2.3');
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/things/{key}:polish');
    const schemas = document.components?.schemas as Record<string, { required?: string[] }>;
    expect(schemas['Size']?.required).toEqual(['value', 'unit']);
    expect(schemas['SizeInput']?.required).toEqual(['value']);
    expect(JSON.stringify(document.paths['/things']?.post?.requestBody)).toContain(
      '#/components/schemas/ThingInput',
    );
    expect(JSON.stringify(document.paths['/things']?.get?.parameters)).toContain('"limit"');
    expect(JSON.stringify(document)).not.toContain('$defs');
  });
});
