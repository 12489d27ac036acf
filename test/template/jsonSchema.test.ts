import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { jsonSchemaFaults } from '../../src/services/template/manifest/jsonSchema.ts';
import { patternFault } from '../../src/services/template/manifest/pattern.ts';

const accepted: [title: string, schema: object][] = [
  ['an empty schema', {}],
  ['the dialect', { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' }],
  ['properties named like keywords', { properties: { $ref: { type: 'string' }, pattern: {}, $id: {} } }],
  [
    'values that look like schemas',
    { enum: [{ $ref: 'x' }], default: { pattern: '(a+)+' }, const: { $id: 1 } },
  ],
  [
    'its own definitions',
    { $defs: { name: { type: 'string' } }, properties: { name: { $ref: '#/$defs/name' } } },
  ],
  ['conditions and combinations', { if: { required: ['a'] }, else: { minProperties: 2 }, anyOf: [{}, true] }],
  ['formats, and bounded unique items', { items: { format: 'date-time' }, uniqueItems: true, maxItems: 20 }],
];

const refused: [title: string, schema: unknown, path: string][] = [
  ['a boolean', true, ''],
  ['an unknown keyword', { properties: { a: { tpye: 'string' } } }, 'properties.a.tpye'],
  ['an unknown type', { type: 'text' }, 'type'],
  ['an unknown format', { format: 'regex' }, 'format'],
  ['another dialect', { $schema: 'http://json-schema.org/draft-07/schema#' }, '$schema'],
  ['a name of its own', { $id: 'https://example.com/schema' }, '$id'],
  ['a remote reference', { $ref: 'https://example.com/schema' }, '$ref'],
  ['a reference to nothing', { $ref: '#/$defs/none' }, '$ref'],
  ['a reference to an inherited name', { $defs: {}, $ref: '#/$defs/constructor' }, '$ref'],
  ['recursion', { $defs: { a: { items: { $ref: '#/$defs/a' } } } }, '$defs.a.items.$ref'],
  ['unbounded unique items', { uniqueItems: true }, 'uniqueItems'],
  ['definitions below the root', { items: { $defs: {} } }, 'items.$defs'],
  ['a pattern that backtracks without end', { pattern: '^(a+)+$' }, 'pattern'],
  [
    'such a pattern for property names',
    { patternProperties: { '(a|a)*$': {} } },
    'patternProperties.(a|a)*$',
  ],
  [
    'definitions that double each other',
    {
      $defs: Object.fromEntries(
        Array.from({ length: 30 }, (_, at) => [
          `d${at}`,
          at === 0 ? {} : { allOf: [{ $ref: `#/$defs/d${at - 1}` }, { $ref: `#/$defs/d${at - 1}` }] },
        ]),
      ),
    },
    '',
  ],
];

describe('a schema of a template', () => {
  it.each(accepted)('may have %s, and then compiles', (_title, schema) => {
    expect(jsonSchemaFaults(schema)).toEqual([]);
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    expect(() => ajv.compile(schema)).not.toThrow();
  });

  it.each(refused)('may not have %s', (_title, schema, path) => {
    expect(jsonSchemaFaults(schema).map((fault) => fault.path)).toEqual([path]);
  });
});

describe('a pattern', () => {
  it.each([
    '^[a-z]+$',
    '^PROJ-\\d{1,6}$',
    '^[A-Z]{2,10}-[0-9]+$',
    '[0-9a-f]{40}',
    '^\\p{Lu}.*$',
    '^\\$\\d+$',
    '',
  ])('may be %j', (pattern) => {
    expect(patternFault(pattern)).toBeNull();
  });

  it.each([
    '(a+)+$',
    '^(a|a)*$',
    '^a*a*$',
    '\\s+$',
    '^a?a?a?a?a?a?a?a?a?a?aaaaaaaaaa$',
    '^[a-z]{1,100}[a-z]{1,100}$',
    '^a{1,999}$',
    '^(?=a)a',
    '^\\1',
    '^a|b$',
    '^[z-a]$',
    '^a{3,2}$',
    '^[a',
    'a'.repeat(257),
  ])('may not be %j', (pattern) => {
    expect(patternFault(pattern)).not.toBeNull();
  });
});
