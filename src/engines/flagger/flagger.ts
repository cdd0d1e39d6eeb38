import { z } from 'zod';
import type { Judgement } from '../gates/index.ts';

const text = (longest: number) => z.string().max(longest);

/** What Flagger posts to a webhook; nothing in it is a credential, so nothing in it decides. */
export const FlaggerHook = z
  .object({
    name: text(253).min(1),
    namespace: text(253).min(1),
    phase: text(50).min(1),
    checksum: text(200).default(''),
    metadata: z
      .record(text(253), text(1000))
      .refine((metadata) => Object.keys(metadata).length <= 50, 'at most 50')
      .default({}),
  })
  .meta({
    id: 'FlaggerHook',
    example: {
      name: 'checkout',
      namespace: 'shop',
      phase: 'Progressing',
      checksum: '85d557f47b',
      metadata: {},
    },
  });
export type FlaggerHook = z.infer<typeof FlaggerHook>;

export const FlaggerAnswer = z
  .object({ go: z.boolean(), verdict: z.string(), reason: z.string() })
  .meta({ id: 'FlaggerAnswer' });
export type FlaggerAnswer = z.infer<typeof FlaggerAnswer>;

/** Flagger takes 200, 201 and 202 as yes and everything else as no; 204 is a no. */
export type FlaggerStatus = 200 | 403;

/** Whether the canary may go on: on `pass` alone. */
export function gateAnswer({ verdict, reason }: Judgement): { status: FlaggerStatus; body: FlaggerAnswer } {
  const go = verdict === 'pass';
  return { status: go ? 200 : 403, body: { go, verdict, reason } };
}

/** Whether the canary must be rolled back, which is Flagger's yes: on `breach` alone. */
export function rollbackAnswer({ verdict, reason }: Judgement): {
  status: FlaggerStatus;
  body: FlaggerAnswer;
} {
  const go = verdict !== 'breach';
  return { status: go ? 403 : 200, body: { go, verdict, reason } };
}
