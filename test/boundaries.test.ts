import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = dirname(import.meta.dirname);

/** What the linter says of one planted file in an otherwise empty project with our rules. */
function lintPlanted(directory: string, file: string, source: string): string {
  const path = join(directory, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
  const linted = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/@biomejs/biome/bin/biome'),
      'lint',
      '--vcs-enabled=false',
      '--colors=off',
      file,
    ],
    { cwd: directory, encoding: 'utf8' },
  );
  return `${linted.stdout}${linted.stderr}`;
}

describe('the boundaries between folders', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'assay-boundaries-'));
    copyFileSync(join(root, 'biome.json'), join(directory, 'biome.json'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it.each([
    ['analysis reading a file', 'analysis/planted.ts', 'node:fs'],
    ['analysis importing from src', 'analysis/special/planted.ts', '../../src/errors.ts'],
    ['a folder of analysis reaching past another’s face', 'analysis/lift/planted.ts', '../special/domain.ts'],
    ['a stage reaching past another’s face', 'src/serve/planted.ts', '../catalogue/experiment.ts'],
    ['a stage reaching past a store’s face', 'src/serve/planted.ts', '../stores/clickhouse/lane.ts'],
    ['a stage reaching past the face of analysis', 'src/analyse/planted.ts', '../../analysis/moments.ts'],
    ['a controller reaching past a face', 'src/serve/planted.controller.ts', '../catalogue/experiment.ts'],
    ['domain code knowing Nest', 'src/analyse/planted.ts', '@nestjs/common'],
    ['domain code knowing Fastify', 'src/collect/planted.ts', 'fastify'],
    [
      'live attribution reaching past a face',
      'src/attribute/live/planted.ts',
      '../../catalogue/experiment.ts',
    ],
    ['an actuator reaching past a face', 'src/engines/actuators/planted.ts', '../connections/connection.ts'],
    ['an actuator knowing Nest', 'src/engines/actuators/planted.ts', '@nestjs/common'],
    ['a store knowing a stage', 'src/stores/clickhouse/planted.ts', '../../catalogue/experiment.ts'],
    ['a store knowing Nest', 'src/stores/postgres/planted.ts', '@nestjs/common'],
  ])('refuse %s', (_, file, from) => {
    expect(lintPlanted(directory, file, `import { a } from '${from}';\nexport const b = a;\n`)).toContain(
      'lint/style/noRestrictedImports',
    );
  });

  it.each([
    ['src/serve/planted.ts', '../catalogue/index.ts'],
    ['src/serve/planted.ts', '../stores/clickhouse/index.ts'],
    ['src/analyse/planted.ts', '../../analysis/index.ts'],
    ['src/serve/planted.controller.ts', '@nestjs/common'],
    ['src/attribute/live/planted.ts', '../plan-terms.ts'],
    ['src/attribute/live/planted.ts', '../../catalogue/index.ts'],
    ['src/engines/actuators/planted.ts', '../connections/index.ts'],
    ['src/engines/actuators/planted.ts', '../guarded-fetch.ts'],
    ['src/stores/clickhouse/planted.ts', '../../errors.ts'],
  ])('let %s import %s', (file, from) => {
    expect(lintPlanted(directory, file, `import { a } from '${from}';\nexport const b = a;\n`)).not.toContain(
      'noRestrictedImports',
    );
  });

  it('refuse a promise that nobody waits for', () => {
    const file = join(directory, 'planted.ts');
    writeFileSync(file, "import { rm } from 'node:fs/promises';\nrm('x');\n");
    copyFileSync(join(root, '.oxlintrc.json'), join(directory, '.oxlintrc.json'));
    writeFileSync(
      join(directory, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          module: 'nodenext',
          typeRoots: [join(root, 'node_modules/@types')],
          types: ['node'],
        },
      }),
    );
    const linted = spawnSync(
      process.execPath,
      [join(root, 'node_modules/oxlint/bin/oxlint'), '--type-aware', file],
      {
        cwd: directory,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` },
      },
    );
    expect(`${linted.stdout}${linted.stderr}`).toContain('no-floating-promises');
    expect(linted.status).not.toBe(0);
  });
});

describe('analysis/', () => {
  const files = readdirSync(join(root, 'analysis'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );

  it('has files to look at', () => expect(files.length).toBeGreaterThan(5));

  it.each(files)('%s knows no clock and no randomness', (file) => {
    const source = readFileSync(join(root, 'analysis', file), 'utf8');
    expect(source).not.toMatch(
      /Math\.random|Date\.now|new Date|performance\.|(?<![-\w])process\.|globalThis/,
    );
  });
});
