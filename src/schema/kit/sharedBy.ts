/**
 * Declares which viewers a field has the same value for: `sharedBy` of a field, or of its type for all of its fields. One
 * execution then serves the subscribers among whom everything they select is shared (`src/http/graphql/sharing`). A field
 * without a declaration is never shared, and neither is one whose declaration is null.
 */
import type { FieldNullability, InputFieldMap, SchemaTypes, TypeParam } from '@pothos/core';
import type { GraphQLField, GraphQLObjectType } from 'graphql';

/** From the most viewers to the fewest. */
export const SHARED_BY = [
  /** All viewers of the organization: the value depends on nothing of the viewer. */
  'MEMBERS',
  /** The people with the same role in the organization. Each agent by itself, because its rights depend on what it runs. */
  'ROLE',
  /** One person or agent, whatever token it uses. */
  'VIEWER',
] as const;

export type SharedBy = (typeof SHARED_BY)[number];

declare global {
  export namespace PothosSchemaTypes {
    export interface BaseTypeOptions<Types extends SchemaTypes = SchemaTypes> {
      sharedBy?: SharedBy;
    }

    export interface FieldOptions<
      Types extends SchemaTypes = SchemaTypes,
      ParentShape = unknown,
      Type extends TypeParam<Types> = TypeParam<Types>,
      Nullable extends FieldNullability<Type> = FieldNullability<Type>,
      Args extends InputFieldMap = InputFieldMap,
      ResolveShape = unknown,
      ResolveReturnShape = unknown,
    > {
      sharedBy?: SharedBy | null;
    }
  }
}

type Declaring = { pothosOptions?: { sharedBy?: SharedBy | null } };

/** Undefined or null: not shared. */
export function sharedBy(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
): SharedBy | null | undefined {
  const [ofField, ofType] = [field, type].map(
    ({ extensions }) => (extensions as Declaring).pothosOptions?.sharedBy,
  );
  return ofField === undefined ? ofType : ofField;
}
