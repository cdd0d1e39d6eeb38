import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Decision } from '../../decide/index.ts';
import type { ConnectionOf } from '../connections/index.ts';

/** Flag definitions of flagd that stand over those of its other sources. */
export const FlagdOverlay = z
  .object({
    $schema: z.string(),
    flags: z.record(
      z.string(),
      z.object({
        state: z.literal('ENABLED').describe('DISABLED would give each caller its own default'),
        variants: z.record(z.string(), z.unknown()),
        defaultVariant: z.string(),
      }),
    ),
  })
  .meta({ id: 'FlagdOverlay' });
export type FlagdOverlay = z.infer<typeof FlagdOverlay>;

/** Every stopped flag, whole: control for everybody, without targeting. The flags that nothing stops are not in it. */
export function overlayOf(
  connections: readonly ConnectionOf<'flagd'>[],
  stopping: readonly Decision[],
): FlagdOverlay {
  const flags = new Map<string, FlagdOverlay['flags'][string]>();
  for (const { flags: mapped, whenPaused, dryRun, environment } of connections) {
    if (dryRun) continue;
    for (const { flag, engineKey, control, variants } of mapped) {
      const stopped = stopping.some(
        (decision) =>
          decision.environment === environment &&
          decision.flag === flag &&
          (decision.action === 'rollback' || whenPaused === 'turnOff'),
      );
      if (stopped) flags.set(engineKey, { state: 'ENABLED', variants, defaultVariant: control });
    }
  }
  return { $schema: 'https://flagd.dev/schema/v0/flags.json', flags: Object.fromEntries(flags) };
}

/** The strong ETag of a document's text. */
export function etagOfText(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
}
