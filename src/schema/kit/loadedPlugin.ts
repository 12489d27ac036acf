/**
 * Resolves a field whose columns are in the row without asking the Prisma plugin whether they are. The plugin looks up the
 * plan that read the row and records it anew, for every field of every row: for a page of lists in lists that takes longer
 * than everything else.
 */
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { defaultFieldResolver, type GraphQLFieldResolver } from 'graphql';

const pluginName = 'loaded';

export default pluginName;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      loaded: LoadedPlugin<Types>;
    }
  }
}

/** What a field needs of its row: columns, and rows of to-one relations. */
type Needs = { name: string; related: Needs | undefined }[];

class LoadedPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  /** The executor reads the property of a field that exposes one, and calls the resolver only when it is undefined. */
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const property = field.extensions?.pothosExposedField;
    return property === undefined ? field : { ...field, extensions: { ...field.extensions, property } };
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const needs = needsOf(field.extensions?.pothosPrismaSelect);
    if (!needs || field.kind !== 'PrismaObject') return resolver;
    const own = (field.resolve ?? defaultFieldResolver) as typeof resolver;
    return (parent, args, context, info) =>
      (holds(parent, needs) ? own : resolver)(parent, args, context, info);
  }
}

SchemaBuilder.registerPlugin(pluginName, LoadedPlugin);

/** Undefined for a field that selects anything but columns, alone or of to-one relations. */
function needsOf(select: unknown): Needs | undefined {
  if (typeof select !== 'object' || select === null) return undefined;
  const needs: Needs = [];
  for (const [name, value] of Object.entries(select)) {
    const { select: nested, ...others } = value === true ? {} : value;
    const related = value === true ? undefined : needsOf(nested);
    if (value !== true && (!related || Object.keys(others).length > 0)) return undefined;
    needs.push({ name, related });
  }
  return needs;
}

function holds(row: unknown, needs: Needs): boolean {
  if (Array.isArray(row)) return false;
  for (const { name, related } of needs) {
    const value = (row as Record<string, unknown>)[name];
    if (value === undefined || (related && value !== null && !holds(value, related))) return false;
  }
  return true;
}
