import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import { DateTimeResolver, JSONResolver } from 'graphql-scalars';
import type PrismaTypes from '../../../prisma/client/pothos.ts';
import { getDatamodel } from '../../../prisma/client/pothos.ts';
import type { Context } from '../../context.ts';
import './exposeNode.ts';
import GlobalIdPlugin from './globalIdPlugin.ts';
import './list/list.ts';
import ListPlugin from './list/listPlugin.ts';
import './visibility.ts';

export const DEFAULT_PAGE_SIZE = 25;
export const MAX_PAGE_SIZE = 100;

export const builder = new SchemaBuilder<{
  Context: Context;
  PrismaTypes: PrismaTypes;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
  };
  Connection: { totalCount: number | (() => number | Promise<number>) };
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
}>({
  plugins: [ListPlugin, ErrorsPlugin, PrismaPlugin, RelayPlugin, GlobalIdPlugin],
  defaultFieldNullability: false,
  errors: {
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${capitalize(fieldName)}Result`,
    },
  },
  prisma: {
    client: ({ db }) => db.prisma,
    dmmf: getDatamodel(),
    defaultConnectionSize: DEFAULT_PAGE_SIZE,
    maxConnectionSize: MAX_PAGE_SIZE,
    filterConnectionTotalCount: true,
  },
  relay: {
    clientMutationId: 'omit',
    cursorType: 'String',
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    nodeTypeOptions: { description: 'Anything with a global id, to be fetched by `node(id)`.' },
    idFieldOptions: { description: 'The global object id. Opaque.' },
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The page, with a cursor for each.',
    },
    nodeFieldOptions: { nullable: false, description: 'The thing itself.' },
    nodesOnConnection: { description: 'The page, without the edges.' },
    cursorFieldOptions: { description: 'The position of this one: pass it as `after` or `before`.' },
    pageInfoFieldOptions: { description: 'Where this page lies within the whole.' },
    pageInfoTypeOptions: { description: 'Where a page lies within the whole.' },
    hasNextPageFieldOptions: { description: 'Whether there is more after this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether there is more before this page.' },
    startCursorFieldOptions: { description: 'The cursor of the first on this page.' },
    endCursorFieldOptions: { description: 'The cursor of the last on this page.' },
    firstArgOptions: {
      description: `How many, from the start: ${DEFAULT_PAGE_SIZE} unless told, ${MAX_PAGE_SIZE} at most.`,
    },
    afterArgOptions: { description: 'Only what comes after this cursor.' },
    lastArgOptions: { description: `How many, from the end: ${MAX_PAGE_SIZE} at most.` },
    beforeArgOptions: { description: 'Only what comes before this cursor.' },
    defaultConnectionTypeOptions: { description: 'One page of a list.' },
    defaultEdgeTypeOptions: { description: 'One of a page, with its cursor.' },
  },
});

/** The types that the builder works with, for helpers that take or return parts of it. */
export type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

builder.addScalarType('DateTime', DateTimeResolver, {
  description: 'A moment, as RFC 3339 in UTC: `2026-11-21T11:00:00.000Z`.',
});
builder.addScalarType('JSON', JSONResolver, { description: 'Any JSON value.' });

builder.queryType({ description: 'What a viewer may ask. All of it is what the viewer may see.' });
builder.mutationType({
  description: 'What a viewer may do. Each act is one transaction: all of it happens, or nothing.',
});
builder.subscriptionType({
  description: 'What happens, as it happens: every committed change, once, in order, resumable by cursor.',
});

function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
