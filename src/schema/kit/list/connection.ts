/**
 * One connection type and one edge type for each type of objects, such as `SessionConnection` and `SessionEdge`, so that a
 * client's component for a list of sessions needs one fragment. The Relay plugin makes a type for each field instead.
 */
import {
  type FieldKind,
  type InterfaceRef,
  type ObjectRef,
  RootFieldBuilder,
  type SchemaTypes,
} from '@pothos/core';
import type { Context } from '../../../context.ts';
import { startPositionOf } from '../startPosition.ts';

type Builder = PothosSchemaTypes.SchemaBuilder<SchemaTypes>;
type NodeRef = ObjectRef<SchemaTypes, unknown> | InterfaceRef<SchemaTypes, unknown>;

type Count = number | Promise<number>;

const connectionsOf = new WeakMap<Builder, Map<string, ObjectRef<SchemaTypes, unknown>>>();

// biome-ignore lint/suspicious/noExplicitAny: the method is typed where the Relay plugin declares it.
const fieldBuilder = RootFieldBuilder.prototype as any;
const { connection } = fieldBuilder;
fieldBuilder.connection = function sharedConnection(
  this: PothosSchemaTypes.RootFieldBuilder<SchemaTypes, unknown, FieldKind> & { builder: Builder },
  options: { type: NodeRef },
) {
  return connection.call(this, options, connectionOf(this.builder, options.type));
};

/** The connection type of a type of objects. */
export function connectionOf(builder: Builder, type: NodeRef): ObjectRef<SchemaTypes, unknown> {
  const connections = connectionsOf.get(builder) ?? new Map();
  connectionsOf.set(builder, connections);
  const known = connections.get(type.name);
  if (known) return known;
  const ref = builder.connectionObject({
    type: type as ObjectRef<SchemaTypes, unknown>,
    name: `${type.name}Connection`,
    fields: (t) => ({
      totalCount: t.int({
        nullable: false,
        description:
          'The exact number of entries in the whole list. In the cost of an operation, it counts as 10 fields.',
        extensions: { pothosPrismaTotalCount: true },
        resolve: (connection) => {
          const { totalCount } = connection as unknown as { totalCount: Count | (() => Count) };
          return typeof totalCount === 'function' ? totalCount() : totalCount;
        },
      }),
      feedCursor: t.string({
        nullable: false,
        description:
          'A position of the change feed, read before the page. A subscription `after` it delivers every change that the page may lack.',
        resolve: (_connection, _args, context) => startPositionOf(context as Context),
      }),
    }),
  });
  connections.set(type.name, ref);
  return ref;
}
