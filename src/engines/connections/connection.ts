import { z } from 'zod';
import { Key } from '../../catalogue/index.ts';

const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^\P{Cc}+$/u, 'no control characters');
const name = text(200);

const flag = Key.describe('the flag here');
const engineKey = name.describe('what the engine calls the flag');

const common = {
  key: Key,
  environment: Key.describe('whose decisions it follows'),
  name: z.string().max(200).default('').describe('what people call it'),
  dryRun: z.boolean().default(true).describe('says what it would send, and sends nothing'),
  whenPaused: z
    .enum(['turnOff', 'leave'])
    .default('turnOff')
    .describe('what to do on a decision to pause where the engine has no ramp that could be paused'),
  whenServedAgain: z
    .enum(['stopAgain', 'escalate'])
    .default('stopAgain')
    .describe(
      'what to do where somebody turns on again what a decision stops that still stands: stop it again, twice at most for one decision, or tell people at once',
    ),
  confirmWithinSeconds: z
    .int()
    .min(5)
    .max(3600)
    .default(120)
    .describe('from the decision until no impression shows the treatment any more; then it is escalated'),
  quietSeconds: z
    .int()
    .min(1)
    .max(600)
    .default(15)
    .describe('so long other impressions of the flag must come without one of the treatment'),
};

const remote = {
  ...common,
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be a URL of https (or of http, where that is allowed)' })
    .max(500)
    .refine((url) => {
      const { username, password, search, hash } = new URL(url);
      return username + password + search + hash === '';
    }, 'no credentials, query or fragment')
    .describe('without a path beyond the engine’s own, such as https://app.launchdarkly.com'),
  credentialFile: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'the name of a file, without a path')
    .describe('a file in the directory ENGINE_CREDENTIALS; its content is never shown'),
  timeoutSeconds: z.int().min(1).max(30).default(5).describe('of each request'),
};

const flagsOf = <S extends z.ZodRawShape>(shape: S) =>
  z
    .array(z.strictObject({ flag, engineKey, ...shape }))
    .min(1)
    .max(500)
    .refine((flags) => new Set(flags.map((one) => (one as { flag: string }).flag)).size === flags.length, {
      error: 'each flag once',
    });

const engineEnvironment = name.describe('what the engine calls the environment');

const Flagd = z.strictObject({
  ...common,
  kind: z.literal('flagd'),
  flags: flagsOf({
    control: Key.describe('the variant that is served instead'),
    variants: z
      .record(Key, z.json())
      .refine((variants) => Object.keys(variants).length <= 20, 'at most 20')
      .describe('every variant with its value, as in the flag definition that the overlay stands over'),
  }).refine((flags) => flags.every(({ control, variants }) => Object.hasOwn(variants, control)), {
    error: 'control must be one of the variants',
  }),
});
const Unleash = z.strictObject({
  ...remote,
  kind: z.literal('unleash'),
  project: name,
  engineEnvironment,
  flags: flagsOf({}),
});
const GrowthBook = z.strictObject({
  ...remote,
  kind: z.literal('growthbook'),
  engineEnvironment,
  flags: flagsOf({
    rampSchedule: name
      .nullable()
      .default(null)
      .describe('its ramp: paused and rolled back instead of the flag turned off; null: there is none'),
  }),
});
const LaunchDarkly = z.strictObject({
  ...remote,
  kind: z.literal('launchdarkly'),
  project: name,
  engineEnvironment,
  reach: z
    .enum(['pinToControl', 'wholeFlag'])
    .default('wholeFlag')
    .describe('pinToControl: the fallthrough serves control alone; wholeFlag: the flag is turned off'),
  flags: flagsOf({ controlVariation: name.describe('the _id of the variation that is control') }),
});
const Statsig = z.strictObject({ ...remote, kind: z.literal('statsig'), flags: flagsOf({}) });
const Split = z.strictObject({
  ...remote,
  kind: z.literal('split'),
  workspace: name,
  engineEnvironment,
  flags: flagsOf({ controlTreatment: name.describe('what a killed flag must serve') }),
});
const Datadog = z.strictObject({
  ...remote,
  kind: z.literal('datadog'),
  engineEnvironment,
  flags: flagsOf({
    exposureSchedule: name
      .nullable()
      .default(null)
      .describe('its progressive rollout, which a decision to pause pauses; null: there is none'),
  }),
});

/** A rollout engine that follows the decisions of one environment, with these fields beside its own. */
export const connectionWith = <S extends z.ZodRawShape>(fields: S) =>
  z.discriminatedUnion('kind', [
    Flagd.extend(fields),
    Unleash.extend(fields),
    GrowthBook.extend(fields),
    LaunchDarkly.extend(fields),
    Statsig.extend(fields),
    Split.extend(fields),
    Datadog.extend(fields),
  ]);

export const EngineConnection = connectionWith({}).meta({
  id: 'EngineConnection',
  example: {
    key: 'unleash-production',
    environment: 'production',
    kind: 'unleash',
    baseUrl: 'https://unleash.example.com',
    credentialFile: 'unleash-production',
    project: 'default',
    engineEnvironment: 'production',
    dryRun: true,
    flags: [{ flag: 'checkout-v2', engineKey: 'checkout-v2' }],
  },
});
export type EngineConnection = z.infer<typeof EngineConnection>;
export type EngineKind = EngineConnection['kind'];
export type ConnectionOf<K extends EngineKind> = Extract<EngineConnection, { kind: K }>;
/** All but flagd, which asks here instead of being called. */
export type RemoteConnection = Exclude<EngineConnection, { kind: 'flagd' }>;
