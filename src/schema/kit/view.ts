import type { PrismaModelTypes, PrismaObjectRef } from '@pothos/plugin-prisma';
import type PrismaTypes from '../../../prisma/client/pothos.ts';
import type { builder } from './builder.ts';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;
type Model<Name extends keyof PrismaTypes> = PrismaTypes[Name] & PrismaModelTypes;
/** The views that have all columns and relations of a table. */
type ViewOf<Table extends keyof PrismaTypes> = {
  [View in keyof PrismaTypes]: PrismaTypes[View] extends Pick<Model<Table>, 'Shape' | 'RelationName'>
    ? View
    : never;
}[keyof PrismaTypes];

/** A table's GraphQL type, used for the rows of a view that selects some of the table's rows. */
export function rowsOf<Table extends keyof PrismaTypes, View extends ViewOf<Table>>(
  _view: View,
  type: PrismaObjectRef<Types, Model<Table>>,
): PrismaObjectRef<Types, Model<View>> {
  return type as never;
}
