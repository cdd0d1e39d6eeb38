import { z } from 'zod';

interface JsonSchema {
  readonly [keyword: string]: unknown;
}
type Definitions = Readonly<Record<string, JsonSchema>>;

const REF = '#/$defs/';

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): { root: JsonSchema; defs: Definitions } {
  const {
    $defs,
    $schema: _,
    ...root
  } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return { root, defs: ($defs ?? {}) as Definitions };
}

const withoutId = ({ id: _, ...schema }: JsonSchema): JsonSchema => schema;

const refsOf = (schema: unknown): string[] =>
  [...JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].flatMap((match) => match[1] ?? []);

/** Names whose input form is not their output form (a default makes a field optional on the way in), or refer to one. */
function namesThatDiffer(input: Definitions, output: Definitions): Set<string> {
  const differing = new Set(
    Object.keys(input).filter((name) => JSON.stringify(input[name]) !== JSON.stringify(output[name])),
  );
  for (let before = -1; before !== differing.size; ) {
    before = differing.size;
    for (const [name, schema] of Object.entries(input))
      if (refsOf(schema).some((ref) => differing.has(ref))) differing.add(name);
  }
  return differing;
}

function renamed<T>(value: T, name: (ref: string) => string): T {
  return JSON.parse(
    JSON.stringify(value).replaceAll(
      /"\$ref":"#\/\$defs\/([^"]+)"/g,
      (_, ref: string) => `"$ref":"${REF}${name(ref)}"`,
    ),
  ) as T;
}

/** A root with an id of its own becomes a definition that the result refers to. */
function lifted(form: { root: JsonSchema; defs: Definitions }): { root: JsonSchema; defs: Definitions } {
  const { id } = form.root;
  if (typeof id !== 'string') return form;
  const root = JSON.parse(
    JSON.stringify(withoutId(form.root)).replaceAll('"$ref":"#"', `"$ref":"${REF}${id}"`),
  );
  return { root: { $ref: `${REF}${id}` }, defs: { ...form.defs, [id]: root } };
}

/**
 * A zod schema as JSON Schema 2020-12 with its named parts apart, as OpenAPI's components: where what may be sent
 * differs from what comes back, the former is called `<Name>Input`.
 */
export function openApiSchemaOf(
  schema: unknown,
  { schemaType }: { schemaType: 'input' | 'output' },
): { schema: unknown; components?: Record<string, unknown> } | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const output = lifted(toJsonSchema(schema, 'output'));
  const input = lifted(toJsonSchema(schema, 'input'));
  const differing = namesThatDiffer(input.defs, output.defs);
  const name = (ref: string): string => (schemaType === 'input' && differing.has(ref) ? `${ref}Input` : ref);
  const form = schemaType === 'input' ? input : output;
  return {
    schema: renamed(form.root, name),
    components: Object.fromEntries(
      Object.entries(form.defs).map(([key, definition]) => [name(key), renamed(withoutId(definition), name)]),
    ),
  };
}
