import { existsSync, readFileSync } from 'node:fs';

/** package.json is one level up from src/ and two from dist/src/. */
const file = [
  new URL('../package.json', import.meta.url),
  new URL('../../package.json', import.meta.url),
].find((url) => existsSync(url));
if (file === undefined)
  throw new Error('package.json is not where it should be: the installation is incomplete.');

/** The version of this release, as in package.json. */
export const version: string = (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
