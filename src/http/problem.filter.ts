import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type ErrorCode } from '../errors.ts';
import { problemOf } from '../problem.ts';

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'bad-request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-found',
  409: 'conflict',
  412: 'precondition-failed',
  413: 'too-large',
  415: 'unsupported-media',
  422: 'unprocessable',
  429: 'too-many-requests',
  503: 'unavailable',
};

/** Errors of the framework and of Fastify carry a status below 500 and a sentence fit for a client. */
function asAppError(thrown: unknown, request: FastifyRequest): AppError {
  if (thrown instanceof AppError) return thrown;
  const status =
    thrown instanceof HttpException
      ? thrown.getStatus()
      : thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number'
        ? thrown.statusCode
        : 500;
  if (status === 404 && thrown instanceof HttpException)
    return new AppError(
      'not-found',
      `There is no ${request.method} ${request.url.split('?')[0]}; see /openapi.json.`,
    );
  if (status === 413)
    return new AppError('too-large', 'The body is larger than 1 MB; send it in smaller parts.', {
      cause: thrown,
    });
  const code = status < 500 ? (CODE_OF_STATUS[status] ?? 'bad-request') : CODE_OF_STATUS[status];
  if (code !== undefined && thrown instanceof Error)
    return new AppError(code, thrown.message, { cause: thrown });
  return new AppError('internal', 'An unexpected error; the log has it under this request’s id.', {
    cause: thrown,
  });
}

/** Turns whatever a handler throws into a problem document (RFC 9457) and logs what is our fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    sendProblem(thrown, request, reply);
  }
}

function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = asAppError(thrown, request);
  const problem = problemOf(error, request.id);
  if (problem.status >= 500) request.log.error({ err: error, cause: error.cause }, error.message);
  if (reply.sent) return;
  if (error.retryAfterSeconds !== undefined)
    reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds)));
  if (problem.status === 401 && !reply.hasHeader('www-authenticate'))
    reply.header('www-authenticate', 'Bearer');
  reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}
