import type { Types } from '../../schema/kit/builder.ts';

type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

/** What a workspace is made of, as createWorkspace and updateWorkspace take it. */
export const workspaceInputFields = (t: InputFields) => ({
  role: t.string({ description: 'What it is there for, up to 10,000 characters, in one line or many.' }),
  runtime: t.string({
    description:
      'The harness that its agent runs in: langgraph (the default), claude-code, openclaw, crewai, autogen, deepagents, hermes, codex, gemini-cli, external or mock. With `external` it has no container.',
  }),
  tier: t.int({ description: 'How much it is given to work with, 1 to 9. 3 by default.' }),
  model: t.string({ description: 'The language model that its agent uses, 1 to 255 characters.' }),
  plugins: t.stringList({
    description: 'The plugins that its agent loads: at most 200 names, each once.',
  }),
  spec: t.field({
    type: 'JSON',
    description:
      'Every other key of an org file, by its name there: a JSON object of at most 64 KB, kept as it is. Of these, Muster reads only `external`.',
  }),
});
