import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { JSONResolver } from 'graphql-scalars';
import { exactNumber } from '../../value/exactNumber.ts';

/** JSON as graphql-scalars has it, except that a literal number is not rounded: see exactNumber.ts. */
export const JsonScalar = new GraphQLScalarType({ ...JSONResolver.toConfig(), parseLiteral: literalValue });

function literalValue(node: ValueNode, variables?: Record<string, unknown> | null): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return exactNumber(node.value);
    case Kind.LIST:
      return node.values.map((each) => literalValue(each, variables));
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, literalValue(value, variables)]),
      );
    default:
      return JSONResolver.parseLiteral(node, variables);
  }
}
