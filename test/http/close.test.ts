import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createHttpApp } from '../../src/http/index.ts';

let begun = Promise.withResolvers<void>();
let end = Promise.withResolvers<void>();

@Controller()
class SlowController {
  @Get('slow')
  async slow(): Promise<{ done: boolean }> {
    begun.resolve();
    await end.promise;
    return { done: true };
  }
}

@Module({ controllers: [SlowController] })
class SlowModule {}

it('answers what is under way when it is closed, and waits for no client that keeps its connection', async () => {
  begun = Promise.withResolvers();
  end = Promise.withResolvers();
  const app = await createHttpApp(SlowModule, { logger: pino({ level: 'silent' }) });
  await app.init();
  await app.getHttpAdapter().getInstance().listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.getHttpServer().address() as AddressInfo;
  const answer = fetch(`http://127.0.0.1:${port}/slow`);
  await begun.promise;
  const closed = app.close();
  // By now it has ended the connections that were idle: this one was not.
  await new Promise((resolve) => setImmediate(resolve));
  end.resolve();
  expect(await (await answer).json()).toEqual({ done: true });
  expect((await answer).headers.get('connection')).toBe('close');
  // Otherwise a minute.
  await closed;
}, 20_000);
