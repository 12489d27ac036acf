/** The committed schema.graphql, and the part of it that clients rely on. */
import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DefinitionNode,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  Kind,
  lexicographicSortSchema,
  type NameNode,
  parse,
  print,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from './shape.ts';

const read = (file: string) => readFileSync(file, 'utf8');
const contract = parse(read('test/schema/contract.graphql'), { noLocation: true }).definitions.filter(
  (definition): definition is DefinitionNode & { name: NameNode } => 'name' in definition,
);

it('equals the committed schema.graphql', () => {
  const committed = lexicographicSortSchema(buildSchema(read('schema.graphql')));
  expect(printSchema(committed)).toBe(printSchema(lexicographicSortSchema(schema)));
});

describe.each(contract.map((definition) => ({ name: definition.name.value, definition })))(
  '$name',
  ({ name, definition }) => {
    it('has the fields, arguments and values of the contract, with their types', () => {
      const type = schema.getType(name);
      switch (definition.kind) {
        case Kind.OBJECT_TYPE_DEFINITION:
        case Kind.INTERFACE_TYPE_DEFINITION: {
          if (!isObjectType(type) && !isInterfaceType(type)) throw new Error(`${name} is missing.`);
          for (const { name: field, type: promised, arguments: args = [] } of definition.fields ?? []) {
            const actual = type.getFields()[field.value];
            expect(`${field.value}: ${actual?.type}`).toBe(`${field.value}: ${print(promised)}`);
            expect(actual?.args.map((arg) => `${arg.name}: ${arg.type}`)).toEqual(
              expect.arrayContaining(args.map((arg) => `${arg.name.value}: ${print(arg.type)}`)),
            );
            // A new required argument would break every document that was written before it.
            const names = args.map((arg) => arg.name.value);
            const required = actual?.args.filter((arg) => String(arg.type).endsWith('!')) ?? [];
            expect(names).toEqual(expect.arrayContaining(required.map((arg) => arg.name)));
          }
          return;
        }
        case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
          if (!isInputObjectType(type)) throw new Error(`${name} is missing.`);
          for (const { name: field, type: promised, defaultValue } of definition.fields ?? []) {
            const actual = type.getFields()[field.value];
            expect(`${field.value}: ${actual?.type}`).toBe(`${field.value}: ${print(promised)}`);
            if (defaultValue) expect(String(actual?.defaultValue)).toBe(print(defaultValue));
          }
          return;
        }
        case Kind.ENUM_TYPE_DEFINITION: {
          const actual = isEnumType(type) ? type.getValues().map((value) => value.name) : [];
          expect(actual).toEqual(expect.arrayContaining((definition.values ?? []).map((v) => v.name.value)));
          return;
        }
        case Kind.UNION_TYPE_DEFINITION: {
          const actual = isUnionType(type) ? type.getTypes().map((member) => member.name) : [];
          expect(actual).toEqual(expect.arrayContaining((definition.types ?? []).map((t) => t.name.value)));
          return;
        }
        default:
          throw new Error(`The contract has an unexpected ${definition.kind}.`);
      }
    });
  },
);
