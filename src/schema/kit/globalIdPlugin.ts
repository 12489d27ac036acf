/**
 * `t.idOf('Agent', …)` and `t.arg.idOf('Agent', …)`: an input that takes a global id of one type and passes its UUID to
 * the resolver.
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
import { id } from '../../globalId.ts';

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
    return { ...field, argMappers: [...(field.argMappers ?? []), (args) => toUuids(args)] };
  }
}

SchemaBuilder.registerPlugin(pluginName, GlobalIdPlugin);
