/** A member of a JSON document that somebody else wrote; undefined where there is none. */
export function at(document: unknown, ...names: readonly (string | number)[]): unknown {
  return names.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? Reflect.get(value, name)
        : undefined,
    document,
  );
}

/** Whether a document says somewhere what one of these words says; small documents only. */
export function mentions(document: unknown, words: RegExp): boolean {
  return document !== undefined && words.test(JSON.stringify(document).slice(0, 10_000));
}
