import { AppError } from '../../errors.ts';

/** Finds what a connection says of a flag. @throws AppError `internal`: nobody asks for a flag that it does not have. */
export function flagFinder<F extends { readonly flag: string }>(flags: readonly F[]): (flag: string) => F {
  const byKey = new Map(flags.map((one) => [one.flag, one]));
  return (flag) => {
    const found = byKey.get(flag);
    if (found === undefined)
      throw new AppError('internal', `The connection has no flag "${flag}"; add it to its flags.`);
    return found;
  };
}
