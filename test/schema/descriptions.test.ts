/** Every part of the schema has a description. */
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, isScalarType } from 'graphql';
import { expect, it } from 'vitest';
import { fieldsOf, objectTypes, types } from './shape.ts';

type Described = { what: string; description?: string | null };

const undescribed = (all: Described[]) =>
  all.filter(({ description }) => !description?.trim()).map(({ what }) => what);

const fields = types
  .filter((type) => isObjectType(type) || isInterfaceType(type))
  .flatMap((type) => fieldsOf(type));

it('describes every type', () => {
  expect(objectTypes.length).toBeGreaterThan(50);
  expect(undescribed(types.map(({ name, description }) => ({ what: name, description })))).toEqual([]);
});

it('describes every field', () => {
  expect(
    undescribed(fields.map(({ of, name, description }) => ({ what: `${of}.${name}`, description }))),
  ).toEqual([]);
});

it('describes every argument', () => {
  const args = fields.flatMap(({ of, name, args }) =>
    args.map((arg) => ({ what: `${of}.${name}(${arg.name})`, description: arg.description })),
  );
  expect(args.length).toBeGreaterThan(50);
  expect(undescribed(args)).toEqual([]);
});

it('describes every field of every input', () => {
  const inputs = types.filter(isInputObjectType).flatMap((type) =>
    Object.values(type.getFields()).map(({ name, description }) => ({
      what: `${type.name}.${name}`,
      description,
    })),
  );
  expect(inputs.length).toBeGreaterThan(20);
  expect(undescribed(inputs)).toEqual([]);
});

it('describes every value of every enum', () => {
  const values = types
    .filter(isEnumType)
    .flatMap((type) =>
      type.getValues().map(({ name, description }) => ({ what: `${type.name}.${name}`, description })),
    );
  expect(values.length).toBeGreaterThan(50);
  expect(undescribed(values)).toEqual([]);
});

it('names the specification of every scalar', () => {
  const scalars = types.filter(isScalarType);
  expect(scalars.map(({ name }) => name).sort()).toEqual(['DateTime', 'JSON']);
  for (const { specifiedByURL } of scalars) expect(specifiedByURL).toMatch(/^https:/);
});

it('starts each description of a type or field with a capital and ends it with a full stop', () => {
  const all: Described[] = [
    ...types.map(({ name, description }) => ({ what: name, description })),
    ...fields.map(({ of, name, description }) => ({ what: `${of}.${name}`, description })),
  ];
  const broken = all.filter(
    ({ description }) => description && !(/^[^a-z]/.test(description) && /[.:]$/.test(description.trim())),
  );
  expect(broken.map(({ what }) => what)).toEqual([]);
});
