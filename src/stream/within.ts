import { AppError } from '../errors.ts';

/** The outcome of some work, or AppError `unavailable` after so many milliseconds; the work itself goes on unheard. */
export async function within<T>(ms: number, work: Promise<T>, message: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new AppError('unavailable', message, { retryAfterSeconds: 2 })),
    Math.max(1, ms),
  );
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
