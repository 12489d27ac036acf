import { z } from 'zod';
import { authorize } from '../../auth/policy.ts';
import type { Viewer } from '../../auth/viewer.ts';
import { ExecutionWorkspaceClosedError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { text, validate } from '../act/input.ts';
import { lockExecutionWorkspace, visibleExecutionWorkspace } from './executionWorkspace.ts';

export const addExecutionWorkspaceNoteInput = z.object({ body: text(1, 10_000) });

const result = z.object({ executionWorkspaceId: z.guid(), noteId: z.guid() });
export type AddedNote = z.output<typeof result>;

/**
 * Adds a note. A person may add one to a closed execution workspace too: a decision is often written down afterwards.
 * @throws ExecutionWorkspaceClosedError for an agent, when it is closed
 */
export async function addExecutionWorkspaceNote(
  act: Act,
  { id, ...input }: { id: string } & z.input<typeof addExecutionWorkspaceNoteInput>,
) {
  const { body } = validate(addExecutionWorkspaceNoteInput, input);
  const { organizationId } = await visibleExecutionWorkspace(act, id);
  const isOwn = await worksIn(act, act.viewer, id);
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) => authorize(viewer, 'executionWorkspace.addNote', organizationId, isOwn),
    queue: () => [id],
    lock: (tx) => lockExecutionWorkspace(tx, id),
    async write(tx, { locked: workspace, viewer }) {
      if (viewer.kind === 'AGENT' && workspace.closedAt) throw new ExecutionWorkspaceClosedError(workspace);
      const note = await tx.executionWorkspaceNote.create({
        data: {
          organizationId,
          executionWorkspaceId: id,
          authorKind: viewer.kind,
          authorId: viewer.id,
          authorName: viewer.name,
          body,
        },
      });
      return { executionWorkspaceId: id, noteId: note.id };
    },
  });
}

/** Whether the viewer is an agent with a session in the execution workspace. */
async function worksIn({ db }: Act, { kind, id }: Viewer, executionWorkspaceId: string): Promise<boolean> {
  if (kind !== 'AGENT') return false;
  return (await db.prisma.session.count({ where: { agentId: id, executionWorkspaceId } })) > 0;
}
