/** Counts the bytes of an answer while it is made, and ends the operation when they are too many. */
import SchemaBuilder, {
  BasePlugin,
  completeValue,
  type PothosOutputFieldConfig,
  type PothosOutputFieldType,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { Context } from '../../context.ts';

const pluginName = 'weigh';

export default pluginName;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      weigh: WeighPlugin<Types>;
    }
  }
}

class WeighPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    if (!isLeaf(field.type)) return resolver;
    return (parent, args, context, info) => {
      const { operation } = context as Context;
      if (!operation) return resolver(parent, args, context, info);
      return completeValue(resolver(parent, args, context, info), (value) => {
        operation.countWritten(String(info.path.key).length + FIELD_BYTES + bytesOf(value));
        return value;
      });
    };
  }
}

SchemaBuilder.registerPlugin(pluginName, WeighPlugin);

function isLeaf<Types extends SchemaTypes>(type: PothosOutputFieldType<Types>): boolean {
  return type.kind === 'List' ? isLeaf(type.type) : type.kind === 'Scalar' || type.kind === 'Enum';
}

/** The punctuation around a field. */
const FIELD_BYTES = 4;
/** Of a number, a boolean or null. */
const VALUE_BYTES = 8;
const TIME_BYTES = 26;
/** Of a shorter text, the number of characters is exact enough. */
const LONG_TEXT = 256;

/** The size of a value as JSON. */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length < LONG_TEXT ? value.length + 2 : jsonBytes(value);
  if (value instanceof Date) return TIME_BYTES;
  return value && typeof value === 'object' ? jsonBytes(value) : VALUE_BYTES;
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
