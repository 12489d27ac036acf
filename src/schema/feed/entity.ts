/** Reads the object that changed, whatever its type. */
import { brandWithType, initContextCache } from '@pothos/core';
import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context.ts';
import type { Change } from '../../feed/log/change.ts';
import type { Row } from '../kit/model.ts';
import { rowOf } from '../kit/rowLoader.ts';
import type { Want } from './wanted.ts';

/** The members of an organization see all of its objects that the feed tells of, so the viewer needs no other right. */
export async function entityOf(
  change: Change,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<object | null> {
  const { entityType, entityId } = change;
  const query = queryFromInfo({ context, info, typeName: entityType });
  const row = context.objects
    ? await context.objects.find({ ...wantOf(entityType, query), others }, entityId)
    : await storedRow(change, context, query);
  if (row) brandWithType(row, entityType as never);
  return row;

  /** The objects of the other types that changed. */
  function others(changes: readonly Change[]): Want[] {
    const types = new Set(changes.map((each) => each.entityType));
    types.delete(entityType);
    // Apart from the caches of this event, which hold what its own object was selected with.
    const apart = { ...context, ...initContextCache() };
    return [...types].map((typeName) => wantOf(typeName, queryFromInfo({ context: apart, info, typeName })));
  }
}

function wantOf(entityType: string, query: Want['query']): Want {
  return {
    modelName: entityType,
    query,
    idsOf: (change) => [change.entityType === entityType ? change.entityId : undefined],
  };
}

/** Limited to the organization of the change, because another program may have written it with any id. */
async function storedRow(
  { entityType, entityId, organizationId }: Change,
  context: Context,
  query: { select?: object },
): Promise<Row | null> {
  const select = { ...query.select, organizationId: true };
  const row = await rowOf(context, entityType, { select }, entityId);
  return row && 'organizationId' in row && row.organizationId === organizationId ? row : null;
}
