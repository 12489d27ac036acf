/** A type of rows reads the columns of the selected fields alone, and what may be large apart from them. */
import { getNamedType, isLeafType } from 'graphql';
import type { Weight } from '../../src/schema/kit/weight.ts';
import { describe, expect, it } from '../support/test.ts';
import { fieldsOf, objectTypes } from './shape.ts';

const rowTypes = objectTypes.filter(({ extensions }) => extensions.pothosPrismaModel);

it('finds the types of rows', () => {
  expect(rowTypes.length).toBeGreaterThan(30);
});

describe.each(rowTypes)('$name', (type) => {
  it('reads only the columns of the selected fields', () => {
    expect(type.extensions.pothosPrismaSelect).toBeDefined();
  });

  it('reads free-form data apart', () => {
    const data = fieldsOf(type).filter(
      (field) => isLeafType(getNamedType(field.type)) && getNamedType(field.type).name === 'JSON',
    );
    for (const { name, extensions } of data) {
      expect({ name, ...(extensions.weight as Weight) }).toMatchObject({ kilobytes: expect.any(Number) });
      expect(extensions.pothosPrismaSelect).toEqual({ id: true });
    }
  });
});
