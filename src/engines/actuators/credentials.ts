import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RemoteConnection } from '../connections/index.ts';
import { EngineFault } from './engine-http.ts';

/** Reads the files of one directory that hold credentials. */
export type ReadCredential = (name: string) => Promise<string>;

/** `directory` null: none is configured. Names are plain file names, which the connection's schema has seen to. */
export function readCredentialsIn(directory: string | null): ReadCredential {
  return async (name) => {
    if (directory === null)
      throw new EngineFault('credential', 'ENGINE_CREDENTIALS names no directory of credentials; set it.');
    const text = await readFile(join(directory, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new EngineFault('credential', `The credential file "${name}" cannot be read (${error.code}).`);
    });
    const credential = text.trim();
    if (credential === '' || !/^[\x20-\x7e\n\r]+$/.test(credential))
      throw new EngineFault('credential', `The credential file "${name}" is empty or not plain ASCII text.`);
    return credential;
  };
}

/** The headers that carry a credential, as each engine wants it. */
export function credentialHeaders(kind: RemoteConnection['kind'], text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const wanted = kind === 'datadog' ? 2 : 1;
  if (lines.length !== wanted)
    throw new EngineFault(
      'credential',
      wanted === 1
        ? 'The credential file must have one line.'
        : 'The credential file must have two lines: the API key and the application key.',
    );
  const [first = '', second = ''] = lines;
  switch (kind) {
    case 'unleash':
    case 'launchdarkly':
      return { authorization: first };
    case 'growthbook':
    case 'split':
      return { authorization: `Bearer ${first}` };
    case 'statsig':
      return { 'statsig-api-key': first, 'statsig-api-version': '20240601' };
    case 'datadog':
      return { 'dd-api-key': first, 'dd-application-key': second };
  }
}
