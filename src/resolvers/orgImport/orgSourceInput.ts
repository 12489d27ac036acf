import { builder } from '../../schema/index.ts';

const OrgSourceFileInput = builder.inputType('OrgSourceFileInput', {
  description: 'One file of an org source.',
  fields: (t) => ({
    path: t.string({
      required: true,
      description: 'The path of the file, relative to the common root of all files.',
    }),
    content: t.string({ required: true, description: 'The text of the file.' }),
  }),
});

export const OrgSourceInput = builder.inputType('OrgSourceInput', {
  description:
    'The source of an org file: exactly one of `yaml`, `files` and `directory`. docs/org-import.md lists the limits.',
  fields: (t) => ({
    yaml: t.string({ description: 'The org file as text. It cannot include other files.' }),
    files: t.field({
      type: [OrgSourceFileInput],
      description:
        'The org file and the files that it includes. A request has at most 1 MB; larger sources need `directory`.',
    }),
    entry: t.string({
      description:
        'The path of the org file among `files`. Required with `files`, and INVALID_INPUT without it.',
    }),
    directory: t.string({
      description: "A folder below the server's ORG_TEMPLATES_DIR that contains an `org.yaml` or `org.yml`.",
    }),
  }),
});
