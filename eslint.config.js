/** The rules of schema.graphql. Biome has those of TypeScript, and `test/schema` tests what no linter knows. */
import graphql from '@graphql-eslint/eslint-plugin';

const { rules: recommended } = graphql.configs['flat/schema-recommended'];
const { rules: relay } = graphql.configs['flat/schema-relay'];
const [, names] = recommended['@graphql-eslint/naming-convention'];

export default [
  {
    files: ['schema.graphql'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema.graphql' } },
    },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...recommended,
      ...relay,
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      '@graphql-eslint/require-nullable-fields-with-oneof': 'error',
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          DirectiveDefinition: true,
          EnumValueDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
        },
      ],
      // "EntityType" and "RelationshipType" are nouns.
      '@graphql-eslint/naming-convention': [
        'error',
        { ...names, 'ObjectTypeDefinition,ObjectTypeExtension': { forbiddenPrefixes: ['Type'] } },
      ],
      // `Change.changed` is no repetition of the type's name.
      '@graphql-eslint/no-typename-prefix': 'off',
      // Edges, payloads, errors and events have no identity.
      '@graphql-eslint/strict-id-in-types': 'off',
      // Connections also have `nodes`, and payloads plain lists. The objects of some lists have no identity.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false },
      ],
    },
  },
];
