/** The shape of mutations: one input, one union of results, typed errors named after their codes. */
import { getNamedType, isInputObjectType, isNonNullType, isObjectType, isUnionType } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as errorClasses from '../../src/errors.ts';
import { capitalized, codeOf, errors, mutations, payloads, schema, typeOf, unions } from './shape.ts';

const COMMON_ERRORS = ['InvalidInputError', 'NotFoundError', 'ForbiddenError', 'IdempotencyConflictError'];

const classes = Object.entries(errorClasses).filter(([name]) => name !== 'UserError');

describe.each(mutations)('$name', ({ name, args, type }) => {
  const Name = capitalized(name);

  it('takes one input, with an idempotency key', () => {
    expect(args.map((arg) => `${arg.name}: ${arg.type}`)).toEqual([`input: ${Name}Input!`]);
    const input = schema.getType(`${Name}Input`);
    expect(isInputObjectType(input) && input.getFields().idempotencyKey?.type.toString()).toBe('String');
  });

  it('answers its union', () => {
    expect(type.toString()).toBe(`${Name}Result!`);
    const union = getNamedType(type);
    const members = isUnionType(union) ? union.getTypes().map((member) => member.name) : [];
    expect(members.filter((member) => member.endsWith('Payload'))).toEqual([`${Name}Payload`]);
  });

  it('answers with the cursor and the request of its changes', () => {
    const payload = schema.getType(`${Name}Payload`);
    if (!isObjectType(payload)) throw new Error(`There is no ${Name}Payload.`);
    expect(typeOf(payload, 'cursor')).toBe('String!');
    expect(typeOf(payload, 'requestId')).toBe('String!');
  });
});

/** A query that may be refused answers as a mutation does. */
const PLANS = ['orgImportPlan'];

it('has no union and no payload besides those of mutations and plans', () => {
  const names = [...mutations.map(({ name }) => name), ...PLANS].map(capitalized);
  expect(unions.map(({ name }) => name).sort()).toEqual(names.map((name) => `${name}Result`).sort());
  expect(payloads.map(({ name }) => name).sort()).toEqual(names.map((name) => `${name}Payload`).sort());
});

describe.each(unions)('$name', (union) => {
  it('is of a payload and of errors, the common ones among them', () => {
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

  it('gives a name that its members share one type, so that a client may select it in each', () => {
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
  it('are every class there is', () => {
    expect(errors.map(({ name }) => name).sort()).toEqual(classes.map(([name]) => name).sort());
  });

  it.each(classes)('%s has the code it is named after', (name, errorClass) => {
    expect([errorClass.name, errorClass.code]).toEqual([name, codeOf(name)]);
  });

  it.each(errors)('$name has a code and a message, and is described by its code', (error) => {
    expect(error.name).toMatch(/Error$/);
    expect(typeOf(error, 'code')).toBe('String!');
    expect(typeOf(error, 'message')).toBe('String!');
    expect(error.description).toMatch(new RegExp(`^${codeOf(error.name)}: `));
  });

  it('are reached by no field: each belongs to a union', () => {
    const members = new Set(unions.flatMap((union) => union.getTypes()));
    expect(errors.filter((error) => !members.has(error))).toEqual([]);
  });
});

it('takes no list and no input that may be null in place of the input', () => {
  for (const { args } of mutations) expect(args.every((arg) => isNonNullType(arg.type))).toBe(true);
});
