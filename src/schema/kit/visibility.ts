/**
 * Decides which rows of a node type a viewer sees. By default, those of the viewer's organizations. A type with another
 * rule has the option `visible`.
 */
import type { SchemaTypes } from '@pothos/core';
import type { GraphQLObjectType } from 'graphql';
import type { Viewer } from '../../auth/viewer.ts';

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
