import type { Types } from '../../schema/kit/builder.ts';

/** The end of the description of every field that takes a JSON Schema. */
export const JSON_SCHEMA_RULE =
  'The schema is an object of at most 64 KB, in draft 2020-12. Its references lead only to its own `$defs`, its patterns have no groups or alternatives, and it expands to at most 5,000 subschemas.';

type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

const SLUG = '1 to 63 lower-case letters, digits and hyphens, without a hyphen at either end';

/** The input fields that the create mutations of all four kinds of vocabulary share. */
export const newVocabularyFields = (t: InputFields) => ({
  organizationId: t.idOf('Organization', {
    required: true,
    description: 'The organization that gets the definition.',
  }),
  slug: t.string({
    required: true,
    description: `The name of the definition for programs: ${SLUG}. Unique in the organization among the live definitions of the same kind, else SLUG_TAKEN.`,
  }),
  name: t.string({
    required: true,
    description: 'The name of the definition for people, 1 to 100 characters.',
  }),
  ...optionalFields(t),
});

/** The input fields that the update mutations of all four kinds of vocabulary share. */
export const changedVocabularyFields = (t: InputFields) => ({
  slug: t.string({
    description: `The new slug of the definition: ${SLUG}. Unique in the organization among the live definitions of the same kind, else SLUG_TAKEN.`,
  }),
  name: t.string({ description: 'The new name of the definition for people, 1 to 100 characters.' }),
  ...optionalFields(t),
  displayName: t.string({
    description:
      'The name that the organization shows instead of `name`, 1 to 100 characters. Null removes it. The field is also allowed when an installation manages the definition.',
  }),
});

const optionalFields = (t: InputFields) => ({
  description: t.string({
    description: 'A text that explains the definition to people, up to 2,000 characters.',
  }),
  agentId: t.idOf('Agent', {
    description:
      'The agent that the definition belongs to, in the same organization. Releases of that agent contain the definition.',
  }),
});

/** The input field that entity types and relationship types share. */
export const metadataSchemaField = (t: InputFields) =>
  t.field({
    type: 'JSON',
    description: `The JSON Schema of the metadata of every entity or relationship of this type. Without a schema, any metadata is allowed. ${JSON_SCHEMA_RULE}`,
  });

/** The end of the description of every create mutation. */
export const CREATE_RULE = `The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND: the organization.
3. FORBIDDEN
4. IDEMPOTENCY_CONFLICT
5. NOT_FOUND or INVALID_INPUT: an object that the input refers to does not exist or is archived.
6. SLUG_TAKEN

Allowed for OWNER and ADMIN.`;

/** The end of the description of every update mutation. */
export const UPDATE_RULE = `Fields that are left out do not change. Null removes the value of an optional field and does not change a required one. When an installation manages the definition, only its local fields are allowed: \`displayName\`, and for a watcher also \`connection\` and \`scheduleEnabled\`.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND: the definition.
3. FORBIDDEN: the role of the viewer does not allow the mutation.
4. IDEMPOTENCY_CONFLICT
5. FORBIDDEN: the platform defines the definition.
6. VOCABULARY_ARCHIVED
7. MANAGED_BY_TEMPLATE
8. NOT_FOUND or INVALID_INPUT: an object that the input refers to does not exist or is archived.
9. SLUG_TAKEN

Allowed for OWNER and ADMIN.`;

/** The end of the description of every archive mutation. */
export const ARCHIVE_RULE = `The slug becomes free. The archived definition stays readable, and existing references to it stay. When the definition is already archived, nothing changes.

The mutation returns the first error that applies, in this order:

1. INVALID_INPUT
2. NOT_FOUND
3. FORBIDDEN: the role of the viewer does not allow the mutation.
4. IDEMPOTENCY_CONFLICT
5. FORBIDDEN: the platform defines the definition.
6. MANAGED_BY_TEMPLATE

Allowed for OWNER and ADMIN.`;
