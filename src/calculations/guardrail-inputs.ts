import { z } from 'zod';

/** Which change of the metric is harm. */
export const directionSchema = z.enum(['increaseIsBad', 'decreaseIsBad']);
/** Whether safety is asked for. */
export const safetySchema = z
  .boolean()
  .optional()
  .describe('whether safety is tested too; yes where the margin is above 0, unless given');
/** The fields that are given: an option is left out rather than undefined. */
export function given<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
