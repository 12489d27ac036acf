/**
 * Decides which rows of a node type a viewer sees. By default, those of the viewer's organizations. A type with another
 * rule has the option `visible`.
 */
import type { SchemaTypes } from '@pothos/core';
import { assertObjectType, type GraphQLObjectType, type GraphQLResolveInfo } from 'graphql';
import type PrismaTypes from '../../../prisma/client/pothos.ts';
import type { Viewer } from '../../auth/viewer.ts';
import type { Context } from '../../context.ts';
import { rowOf } from './rowLoader.ts';

/** Returns a Prisma `where` condition. */
type Visible = (viewer: Viewer) => object;

declare global {
  export namespace PothosSchemaTypes {
    export interface ObjectTypeOptions<Types extends SchemaTypes = SchemaTypes, Shape = unknown> {
      visible?: Visible;
    }
  }
}

const inOrganization: Visible = ({ roles }) => ({ organizationId: { in: [...roles.keys()] } });

export function visibleRows({ extensions }: GraphQLObjectType, viewer: Viewer): object {
  const { visible = inOrganization } = extensions.pothosOptions as { visible?: Visible };
  return visible(viewer);
}

/** The row of a node type with an id, or null when there is none that the viewer sees. */
export async function visibleRow<Name extends keyof PrismaTypes & string>(
  typeName: Name,
  query: object,
  id: string | null,
  context: Context,
  { schema }: GraphQLResolveInfo,
): Promise<PrismaTypes[Name]['Shape'] | null> {
  if (id === null) return null;
  const where = visibleRows(assertObjectType(schema.getType(typeName)), context.viewer);
  return (await rowOf(context, typeName, { ...query, where }, id)) as PrismaTypes[Name]['Shape'] | null;
}
