/**
 * `t.idOf('Agent', …)` and `t.arg.idOf('Agent', …)`: an input that takes a global id of one type and passes its UUID to
 * the resolver.
 *
 * An id in the input of a mutation, and a required id anywhere, names an object: what is no id of the type becomes the UUID
 * of no row, so that the answer is the same as for an object that the viewer may not see. An optional id of another field is
 * a filter. A filter that cannot match is a mistake of the client, and BAD_USER_INPUT.
 */
import SchemaBuilder, {
  BasePlugin,
  createInputValueMapper,
  InputFieldBuilder,
  type InputOrArgRef,
  type InputShapeFromTypeParam,
  mapInputFields,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';
import { id } from '../../value/globalId.ts';
import { filterId } from './filterId.ts';

const pluginName = 'globalId';

export default pluginName;

declare global {
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      globalId: GlobalIdPlugin<Types>;
    }

    export interface InputFieldBuilder<Types extends SchemaTypes, Kind extends 'Arg' | 'InputObject'> {
      idOf<Required extends boolean = false>(
        type: keyof Types['PrismaTypes'] & string,
        options: { description: string; required?: Required },
      ): InputOrArgRef<Types, InputShapeFromTypeParam<Types, 'ID', Required>, Kind>;
    }
  }
}

const inputFieldBuilder = InputFieldBuilder.prototype as PothosSchemaTypes.InputFieldBuilder<
  SchemaTypes,
  'Arg' | 'InputObject'
>;

inputFieldBuilder.idOf = function idOf(type, options) {
  return this.id({ ...options, extensions: { idOf: type } }) as never;
};

class GlobalIdPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const ids = mapInputFields(
      field.args,
      this.buildCache,
      ({ extensions }) => (extensions?.idOf as string | undefined) ?? null,
    );
    if (!ids) return field;
    const toUuids = createInputValueMapper(ids, (raw, { value }) => id(value ?? '', String(raw)));
    const filters = field.parentType === 'Mutation' ? [] : filtersOf(field);
    return {
      ...field,
      argMappers: [
        ...(field.argMappers ?? []),
        (args) => {
          for (const [name, type] of filters) {
            if (args[name] != null) filterId(name, String(args[name]), type);
          }
          return toUuids(args);
        },
      ],
    };
  }
}

/** The optional ids among the arguments, with their types. */
function filtersOf<Types extends SchemaTypes>({
  args,
}: PothosOutputFieldConfig<Types>): [name: string, type: string][] {
  return Object.entries(args).flatMap(([name, { type, extensions }]) =>
    extensions?.idOf && !type.required ? [[name, extensions.idOf as string]] : [],
  );
}

SchemaBuilder.registerPlugin(pluginName, GlobalIdPlugin);
