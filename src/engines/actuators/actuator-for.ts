import type { EngineConnection, RemoteConnection } from '../connections/index.ts';
import type { GuardedFetch } from '../guarded-fetch.ts';
import type { Actuator } from './actuator.ts';
import { credentialHeaders, type ReadCredential } from './credentials.ts';
import { datadogTarget } from './datadog.ts';
import { EngineHttp } from './engine-http.ts';
import { growthBookTarget } from './growthbook.ts';
import { launchDarklyTarget } from './launchdarkly.ts';
import { overlayActuator } from './overlay-actuator.ts';
import { restActuator, type Target } from './rest-actuator.ts';
import { splitTarget } from './split.ts';
import { statsigTarget } from './statsig.ts';
import { unleashTarget } from './unleash.ts';

export interface ActuatorDeps {
  readonly fetch: GuardedFetch;
  readonly readCredential: ReadCredential;
}

/** What tells the engine of a connection. */
export function actuatorFor(connection: EngineConnection, { fetch, readCredential }: ActuatorDeps): Actuator {
  if (connection.kind === 'flagd') return overlayActuator(connection);
  const { kind, baseUrl, timeoutSeconds, credentialFile } = connection;
  const http = new EngineHttp({
    fetch,
    baseUrl,
    timeoutMs: timeoutSeconds * 1000,
    headers: async () => credentialHeaders(kind, await readCredential(credentialFile)),
  });
  return restActuator(targetOf(connection), http);
}

function targetOf(connection: RemoteConnection): Target {
  switch (connection.kind) {
    case 'unleash':
      return unleashTarget(connection);
    case 'growthbook':
      return growthBookTarget(connection);
    case 'launchdarkly':
      return launchDarklyTarget(connection);
    case 'statsig':
      return statsigTarget(connection);
    case 'split':
      return splitTarget(connection);
    case 'datadog':
      return datadogTarget(connection);
  }
}
