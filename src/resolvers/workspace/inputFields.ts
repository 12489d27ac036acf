import type { Types } from '../../schema/kit/builder.ts';

type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

/** The input fields that createWorkspace and updateWorkspace share. */
export const workspaceInputFields = (t: InputFields) => ({
  role: t.string({
    description:
      'The task of the workspace, up to 10,000 characters in one line or several. An empty text counts as null.',
  }),
  runtime: t.string({
    description:
      "The harness that the workspace's agent runs in: langgraph (the default), claude-code, openclaw, crewai, autogen, deepagents, hermes, codex, gemini-cli, external or mock. A workspace with the runtime `external` has no container.",
  }),
  tier: t.int({ description: 'The size of the workspace, 1 to 9. 3 by default.' }),
  model: t.string({
    description:
      "The language model that the workspace's agent uses, 1 to 255 characters. Without it, the runtime's default.",
  }),
  plugins: t.stringList({
    description:
      "The plugins that the workspace's agent loads: at most 200 names of 1 to 255 characters, each once. Empty by default.",
  }),
  spec: t.field({
    type: 'JSON',
    description:
      'The keys of an org file that have no field of their own: a JSON object of at most 64 KB, stored as it is. Muster reads only `external`. Empty by default.',
  }),
});
