import type { Types } from '../../schema/kit/builder.ts';

/** Goes at the end of the description of every schema. */
export const JSON_SCHEMA_RULE =
  'Draft 2020-12, an object of at most 64 KB. References lead to its own `$defs` only, and patterns have no groups.';

type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

const SLUG = '1 to 63 lower-case letters, digits and hyphens, no hyphen at either end';

/** What every kind of vocabulary is created with. */
export const newVocabularyFields = (t: InputFields) => ({
  organizationId: t.idOf('Organization', { required: true, description: 'The organization.' }),
  slug: t.string({
    required: true,
    description: `Its name for programs, unique among those of its kind that are not archived: ${SLUG}.`,
  }),
  name: t.string({ required: true, description: 'Its name for people, 1 to 100 characters.' }),
  ...optionalFields(t),
});

/** What every kind of vocabulary may be given in an update. */
export const changedVocabularyFields = (t: InputFields) => ({
  slug: t.string({ description: `Its new slug: ${SLUG}.` }),
  name: t.string({ description: 'Its new name, 1 to 100 characters.' }),
  ...optionalFields(t),
  displayName: t.string({
    description:
      'What the organization calls it instead of its name, 1 to 100 characters. May be given for a managed one, too.',
  }),
});

const optionalFields = (t: InputFields) => ({
  description: t.string({ description: 'What it means, up to 2,000 characters.' }),
  agentId: t.idOf('Agent', {
    description: 'The agent that it is part of. A release of that agent holds it.',
  }),
});

/** What entity types and relationship types have. */
export const metadataSchemaField = (t: InputFields) =>
  t.field({
    type: 'JSON',
    description: `The JSON Schema of its metadata; none allows any. ${JSON_SCHEMA_RULE}`,
  });

/** Goes at the end of the description of every update. */
export const UPDATE_RULE =
  'Absent fields stay as they are; null takes an optional one away. Of what an installed template manages, only local fields may be given. For OWNER and ADMIN.';

export const ARCHIVE_RULE =
  'Its slug is free again; it stays readable, and what refers to it still does. No-op when it is archived already. For OWNER and ADMIN.';
