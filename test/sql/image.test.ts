/** The row in a change has the names and kinds of values of the API, for every captured table. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { parseGlobalId } from '../../src/value/globalId.ts';
import { furnish } from '../security/walk.ts';
import { uuidOf } from '../support/psql.ts';
import { expect, it } from '../support/test.ts';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../schema.graphql'), 'utf8'));

type Image = Record<string, unknown>;

/** The differences between an image and its SDL type, one line each. */
function faults(type: GraphQLObjectType | GraphQLInterfaceType, image: Image): string[] {
  return Object.entries(image).flatMap(([key, value]) => {
    const field = type.getFields()[key];
    const name = `${type.name}.${key}`;
    if (!field) return [`${name} is no field`];
    if (value === null) return isNonNullType(field.type) ? [`${name} is null`] : [];
    if (value === '') return [`${name} is empty instead of null`];
    if (Array.isArray(value)) return value.flatMap((each) => faults(type, { [key]: each }));
    const named = getNamedType(field.type);
    if (isEnumType(named)) return named.getValue(String(value)) ? [] : [`${name} is ${value}`];
    if (!isObjectType(named) && !isInterfaceType(named))
      return isScalar(named.name, value) ? [] : [`${name} is ${value}`];
    if (typeof value === 'object') return faults(named, value as Image);
    return parseGlobalId(String(value))?.type === named.name ? [] : [`${name} is ${value}`];
  });
}

function isScalar(name: string, value: unknown): boolean {
  if (name === 'DateTime') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(value));
  if (name === 'Int' || name === 'Float') return typeof value === 'number';
  if (name === 'Boolean') return typeof value === 'boolean';
  if (name === 'JSON') return true;
  return typeof value === 'string';
}

it('every key of every image is a field of its type, with a value of that field’s kind', async ({
  psql,
  createTeam,
}) => {
  const team = await createTeam();
  await furnish(team, psql);
  const changes = await psql<{ type: string; payload: { row: Image } }>(
    `SELECT entity_type AS type, payload FROM change_log WHERE organization_id = $1`,
    [uuidOf(team.id)],
  );
  const captured = await psql<{ table: string }>(
    `SELECT DISTINCT tgrelid::regclass::text AS table FROM pg_trigger WHERE tgname ~ '_capture$' AND NOT tgisinternal`,
  );
  const types = new Set(changes.map(({ type }) => type));
  expect(types.size).toBe(captured.length);
  const found = changes.flatMap(({ type, payload }) => {
    const object = schema.getType(type);
    return isObjectType(object) ? faults(object, payload.row) : [`${type} is no type`];
  });
  expect([...new Set(found)]).toEqual([]);
});
