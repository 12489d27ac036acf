import { builder } from './builder.ts';

type Described<Values extends Record<string, string>> = Record<keyof Values, string>;

/** Declares the GraphQL enum for an enum of the database. Every value needs a description. */
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
