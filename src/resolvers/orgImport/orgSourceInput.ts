import { builder } from '../../schema/index.ts';

const OrgSourceFileInput = builder.inputType('OrgSourceFileInput', {
  description: 'One file of an org source.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Its path from the common root of the files.' }),
    content: t.string({ required: true, description: 'Its text.' }),
  }),
});

export const OrgSourceInput = builder.inputType('OrgSourceInput', {
  description: 'Where an org file comes from: exactly one of `yaml`, `files` and `directory`.',
  fields: (t) => ({
    yaml: t.string({ description: 'One document as text. It can include no files.' }),
    files: t.field({
      type: [OrgSourceFileInput],
      description: 'A document and the files that it includes. A request has at most 1 MB.',
    }),
    entry: t.string({ description: 'The path of the document, with `files`.' }),
    directory: t.string({
      description: 'A folder below the server’s ORG_TEMPLATES_DIR that holds an `org.yaml` or `org.yml`.',
    }),
  }),
});
