import { ExecutionWorkspaceClosedError } from '../../errors/errors.ts';
import { ExecutionWorkspace } from '../../schema/executionWorkspace/executionWorkspace.ts';
import { ExecutionWorkspaceNote } from '../../schema/executionWorkspace/executionWorkspaceNote.ts';
import {
  addExecutionWorkspaceNote,
  addExecutionWorkspaceNoteInput,
} from '../../services/executionWorkspace/addNote.ts';
import { mutation } from '../kit/mutation.ts';

mutation('addExecutionWorkspaceNote', {
  description: `Adds a note to an execution workspace. People can add notes to a closed one, too.

The mutation returns the first error that applies, in this order: INVALID_INPUT, NOT_FOUND, FORBIDDEN, IDEMPOTENCY_CONFLICT, EXECUTION_WORKSPACE_CLOSED (the viewer is an agent, and it is closed).

Allowed for OWNER, ADMIN and MEMBER, and for an agent with a session in the execution workspace.`,
  input: (t) => ({
    id: t.idOf('ExecutionWorkspace', {
      required: true,
      description: 'The execution workspace that the note is on.',
    }),
    body: t.string({
      required: true,
      description: 'The text of the note, 1 to 10,000 characters in one line or several.',
    }),
  }),
  schema: addExecutionWorkspaceNoteInput,
  errors: [ExecutionWorkspaceClosedError],
  act: addExecutionWorkspaceNote,
  payload: (t) => ({
    executionWorkspace: t.exposeNode('executionWorkspaceId', {
      type: ExecutionWorkspace,
      description: 'The execution workspace, with the note counted.',
    }),
    note: t.exposeNode('noteId', { type: ExecutionWorkspaceNote, description: 'The new note.' }),
  }),
});
