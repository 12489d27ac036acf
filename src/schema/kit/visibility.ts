/**
 * Which rows of a node type a viewer sees: those of its organizations, unless the type says otherwise with the option
 * `visible`.
 */
import type { SchemaTypes } from '@pothos/core';
import type { GraphQLObjectType } from 'graphql';
import type { Viewer } from '../../auth/viewer.ts';

/** Gives a condition in Prisma's terms. */
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
