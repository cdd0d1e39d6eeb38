import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';

/** 1 MB of events and a little for the framing of a compressed one; the collector sets its own, tighter bounds. */
export const MAX_BODY_BYTES = 1_100_000;

const isEvents = (request: FastifyRequest) => /^\/api\/v1\/events(:validate)?(\?|$)/.test(request.url);

/**
 * The collector gets its bodies raw and still compressed, of whatever type, and judges them itself; every other route
 * gets parsed JSON and nothing else.
 */
export function registerBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
    (request, body, done) => {
      if (isEvents(request)) return done(null, body);
      const type = request.headers['content-type'] ?? '';
      if (body.length === 0) return done(null, undefined);
      if (request.headers['content-encoding'] !== undefined)
        return done(
          new AppError('unsupported-media', 'Only the events routes take compressed bodies; send it plain.'),
        );
      if (!/^application\/([a-z.-]+\+)?json\s*(;|$)/i.test(type))
        return done(new AppError('unsupported-media', `"${type}" is not understood; send application/json.`));
      try {
        done(null, JSON.parse(body.toString('utf8')));
      } catch (cause) {
        done(new AppError('bad-request', `The body is not JSON: ${(cause as Error).message}.`, { cause }));
      }
    },
  );
}
