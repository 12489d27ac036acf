import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import { DateTimeResolver } from 'graphql-scalars';
import type PrismaTypes from '../../../prisma/client/pothos.ts';
import { getDatamodel } from '../../../prisma/client/pothos.ts';
import type { Context } from '../../context.ts';
import './exposeNode.ts';
import './globalIdField.ts';
import GlobalIdPlugin from './globalIdPlugin.ts';
import { JsonScalar } from './jsonScalar.ts';
import './list/connection.ts';
import './list/list.ts';
import ListPlugin from './list/listPlugin.ts';
import LoadedPlugin from './loadedPlugin.ts';
import { clientOf } from './rowLoader.ts';
import './sharedBy.ts';
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
  plugins: [ListPlugin, ErrorsPlugin, LoadedPlugin, PrismaPlugin, RelayPlugin, GlobalIdPlugin],
  defaultFieldNullability: false,
  errors: {
    directResult: true,
    defaultUnionOptions: {
      name: ({ fieldName }) => `${capitalize(fieldName)}Result`,
    },
  },
  prisma: {
    client: clientOf,
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
    nodeTypeOptions: { description: 'An object with a global id. `node(id)` returns it.' },
    idFieldOptions: { description: 'The global id of the object. Clients must not parse it.' },
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The entries of the page, each with its cursor.',
    },
    nodeFieldOptions: { nullable: false, description: 'The object at this position of the list.' },
    nodesOnConnection: { description: 'The objects of the page, without cursors.' },
    cursorFieldOptions: {
      description: 'The position of the entry in the list, to be passed as `after` or `before`.',
    },
    pageInfoFieldOptions: { description: 'The position of the page within the list.' },
    pageInfoTypeOptions: { sharedBy: 'MEMBERS', description: 'The position of a page within its list.' },
    hasNextPageFieldOptions: { description: 'Whether the list has entries after this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether the list has entries before this page.' },
    startCursorFieldOptions: {
      description: 'The cursor of the first entry of the page; null when the page is empty.',
    },
    endCursorFieldOptions: {
      description: 'The cursor of the last entry of the page; null when the page is empty.',
    },
    firstArgOptions: {
      description: `Returns the first n entries. Default ${DEFAULT_PAGE_SIZE}, maximum ${MAX_PAGE_SIZE}. Not valid together with \`last\`.`,
    },
    afterArgOptions: { description: 'Returns only entries after this cursor.' },
    lastArgOptions: {
      description: `Returns the last n entries. Maximum ${MAX_PAGE_SIZE}. Not valid together with \`first\`.`,
    },
    beforeArgOptions: { description: 'Returns only entries before this cursor.' },
    defaultConnectionTypeOptions: {
      sharedBy: 'MEMBERS',
      description: 'One page of a list, and the number of entries in the whole list.',
    },
    defaultEdgeTypeOptions: { sharedBy: 'MEMBERS', description: 'An entry of a page, with its cursor.' },
  },
});

/** The builder's type parameter, for functions that take or return fields, arguments and types. */
export type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

builder.addScalarType('DateTime', DateTimeResolver, {
  description: 'A date and time in UTC, in the format of RFC 3339: `2026-11-21T11:00:00.000Z`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
});
builder.addScalarType('JSON', JsonScalar, {
  description:
    'Any JSON value: an object, a list, a string, a number, a boolean or null. A whole number beyond 2^53 - 1, and a number that a double cannot hold, is INVALID_INPUT.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
});

builder.queryType({ description: 'The queries. A query returns only what the viewer may see.' });
builder.mutationType({
  description: 'The mutations. Each mutation is one transaction: it happens as a whole or not at all.',
});
builder.subscriptionType({
  sharedBy: 'MEMBERS',
  description:
    'The subscriptions. Each delivers the committed changes of one organization, once and in feed order, and can be resumed after a cursor.',
});

function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
