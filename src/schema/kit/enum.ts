import { builder } from './builder.ts';

type Described<Values extends Record<string, string>> = Record<keyof Values, string>;

/** An enum of the database's, with a description for each of its values. */
export function dbEnum<Values extends Record<string, string>>(
  name: string,
  _values: Values,
  description: string,
  descriptions: Described<Values>,
) {
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(
      Object.entries<string>(descriptions).map(([value, text]) => [value, { value, description: text }]),
    ) as { [Value in Values[keyof Values]]: { value: Value; description: string } },
  });
}
