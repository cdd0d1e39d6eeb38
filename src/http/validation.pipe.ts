import { type ArgumentMetadata, type PipeTransform, StandardSchemaValidationPipe } from '@nestjs/common';
import { AppError } from '../errors.ts';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

const pointerOf = (path: Issue['path']): string =>
  (path ?? [])
    .map((part) => String(typeof part === 'object' ? part.key : part))
    .map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');

const refuse = (code: 'unprocessable' | 'bad-request', where: string) => (issues: readonly Issue[]) =>
  new AppError(code, `The ${where} is not valid; "errors" says which fields and why.`, {
    fields: issues.slice(0, 50).map((issue) => ({ pointer: pointerOf(issue.path), detail: issue.message })),
  });

/** Validates `@Body({ schema })` (422) and `@Query({ schema })` or `@Param({ schema })` (400), naming every bad field. */
export class ValidationPipe implements PipeTransform {
  readonly #body = new StandardSchemaValidationPipe({ exceptionFactory: refuse('unprocessable', 'body') });
  readonly #query = new StandardSchemaValidationPipe({ exceptionFactory: refuse('bad-request', 'query') });
  readonly #param = new StandardSchemaValidationPipe({ exceptionFactory: refuse('bad-request', 'address') });

  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    if (metadata.type === 'body') return this.#body.transform(value, metadata);
    return (metadata.type === 'query' ? this.#query : this.#param).transform(value, metadata);
  }
}
