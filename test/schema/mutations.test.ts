/** Every mutation takes one input and returns one union, of a payload and of errors named after their codes. */
import { getNamedType, isInputObjectType, isNonNullType, isObjectType, isUnionType } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as errorClasses from '../../src/errors/errors.ts';
import { capitalized, codeOf, errors, mutations, payloads, schema, typeOf, unions } from './shape.ts';

const COMMON_ERRORS = ['InvalidInputError', 'NotFoundError', 'ForbiddenError', 'IdempotencyConflictError'];

const classes = Object.entries(errorClasses).filter(([name]) => name !== 'UserError');

describe.each(mutations)('$name', ({ name, args, type }) => {
  const Name = capitalized(name);

  it('takes one input that has an idempotency key', () => {
    expect(args.map((arg) => `${arg.name}: ${arg.type}`)).toEqual([`input: ${Name}Input!`]);
    const input = schema.getType(`${Name}Input`);
    expect(isInputObjectType(input) && input.getFields().idempotencyKey?.type.toString()).toBe('String');
  });

  it('returns its result union or null, and the union contains its payload', () => {
    expect(type.toString()).toBe(`${Name}Result`);
    const union = getNamedType(type);
    const members = isUnionType(union) ? union.getTypes().map((member) => member.name) : [];
    expect(members.filter((member) => member.endsWith('Payload'))).toEqual([`${Name}Payload`]);
  });

  it('has a payload with cursor and requestId', () => {
    const payload = schema.getType(`${Name}Payload`);
    if (!isObjectType(payload)) throw new Error(`There is no ${Name}Payload.`);
    expect(typeOf(payload, 'cursor')).toBe('String!');
    expect(typeOf(payload, 'requestId')).toBe('String!');
  });
});

/** A query that may be refused answers as a mutation does. */
const PLANS = ['orgImportPlan', 'templateInstallPlan'];

it('has no union and no payload besides those of mutations and plans', () => {
  const names = [...mutations.map(({ name }) => name), ...PLANS].map(capitalized);
  expect(unions.map(({ name }) => name).sort()).toEqual(names.map((name) => `${name}Result`).sort());
  expect(payloads.map(({ name }) => name).sort()).toEqual(names.map((name) => `${name}Payload`).sort());
});

describe.each(unions)('$name', (union) => {
  it('contains one payload, and errors that include the four common ones', () => {
    const members = union.getTypes().map(({ name }) => name);
    expect(members).toEqual(expect.arrayContaining(COMMON_ERRORS));
    expect(members.filter((name) => !name.endsWith('Error')).length).toBe(1);
    expect(members.filter((name) => name.endsWith('Error')).sort()).toEqual(
      errors
        .filter((error) => union.getTypes().includes(error))
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('gives a field name one type in all its members, so that a client can select it in each', () => {
    const typesByField = new Map<string, Set<string>>();
    for (const member of union.getTypes()) {
      for (const { name, type } of Object.values(member.getFields())) {
        typesByField.set(name, (typesByField.get(name) ?? new Set()).add(type.toString()));
      }
    }
    expect([...typesByField].filter(([, types]) => types.size > 1)).toEqual([]);
  });
});

describe('errors', () => {
  it('have one GraphQL type per error class', () => {
    expect(errors.map(({ name }) => name).sort()).toEqual(classes.map(([name]) => name).sort());
  });

  it.each(classes)('%s has the code that its name spells', (name, errorClass) => {
    expect([errorClass.name, errorClass.code]).toEqual([name, codeOf(name)]);
  });

  it.each(errors)('$name has code and message, and its description starts with its code', (error) => {
    expect(error.name).toMatch(/Error$/);
    expect(typeOf(error, 'code')).toBe('String!');
    expect(typeOf(error, 'message')).toBe('String!');
    expect(error.description).toMatch(new RegExp(`^${codeOf(error.name)}: `));
  });

  it('each belong to at least one result union', () => {
    const members = new Set(unions.flatMap((union) => union.getTypes()));
    expect(errors.filter((error) => !members.has(error))).toEqual([]);
  });
});

it('has only non-null arguments on mutations', () => {
  for (const { args } of mutations) expect(args.every((arg) => isNonNullType(arg.type))).toBe(true);
});
