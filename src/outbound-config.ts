import { z } from 'zod';

/** The keys of what is sent out of the service: webhooks, and what rollout engines are told. */
export const OUTBOUND_KEYS = {
  OUTBOUND_ALLOW_HTTP: {
    schema: z.enum(['on', 'off']),
    default: 'off',
    about:
      'on: webhooks and engines may be at http:// too; decisions can then be read and changed on their way',
  },
  OUTBOUND_ALLOWED_NETWORKS: {
    schema: z.string().transform((text) => text.split(',').map((network) => network.trim())),
    default: null,
    about:
      'private networks that webhooks and engines may be in, 10.1.0.0/16,fd00:1::/64; without it the public internet alone',
  },
  WEBHOOK_SECRETS_DIR: {
    schema: z.string().min(1),
    default: null,
    about: 'directory of the files with secrets that webhooks name (secretFile)',
  },
} as const;

export interface OutboundConfig {
  readonly allowHttp: boolean;
  readonly networks: readonly string[];
  readonly secretsDirectory: string | null;
}

type OutboundKey = keyof typeof OUTBOUND_KEYS;
type OutboundSetting = <Name extends OutboundKey>(
  name: Name,
) => z.output<(typeof OUTBOUND_KEYS)[Name]['schema']> | null;

export function readOutboundConfig(setting: OutboundSetting): OutboundConfig {
  return {
    allowHttp: setting('OUTBOUND_ALLOW_HTTP') === 'on',
    networks: setting('OUTBOUND_ALLOWED_NETWORKS') ?? [],
    secretsDirectory: setting('WEBHOOK_SECRETS_DIR'),
  };
}
