/**
 * The field `id` of a node, without a promise. The Relay plugin's own is an async function, which makes promises of all
 * objects and lists around it.
 */
import { completeValue, RootFieldBuilder } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { globalId } from '../../value/globalId.ts';

type Identified = { type: never; id: unknown };
type Options = { resolve: GraphQLFieldResolver<unknown, object> };

// biome-ignore lint/suspicious/noExplicitAny: the method is typed where the Relay plugin declares it.
const fieldBuilder = RootFieldBuilder.prototype as any;
fieldBuilder.globalID = function globalID({ resolve, ...options }: Options) {
  const { configStore } = this.builder;
  return this.field({
    ...options,
    type: 'ID',
    resolve: ((parent, args, context, info) =>
      completeValue(resolve(parent, args, context, info) as Identified, ({ type, id }) =>
        globalId(configStore.getTypeConfig(type).name, String(id)),
      )) satisfies GraphQLFieldResolver<unknown, object>,
  });
};
