import { builder } from '../kit/builder.ts';
import {
  ExecutionWorkspaceMode,
  ExecutionWorkspaceProvider,
  ExecutionWorkspaceStatus,
  ExecutionWorkspaceStrategy,
} from './enum.ts';

export const ExecutionWorkspace = builder.prismaNode('ExecutionWorkspace', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  description: 'The checkout that sessions work in. `closedAt` is set exactly when `status` is a closed one.',
  fields: (t) => ({
    name: t.exposeString('name', {
      description: 'The name of the execution workspace, 1 to 255 characters.',
    }),
    organization: t.relation('organization', {
      description: 'The organization that the execution workspace belongs to.',
    }),
    project: t.relation('project', {
      description: 'The project that the sessions in the execution workspace work on.',
    }),
    session: t.relation('session', {
      nullable: true,
      description:
        'The session that the execution workspace was opened for; null when it was opened for none, or the session was deleted. `sessions` has all that work in it.',
    }),
    mode: t.expose('mode', {
      type: ExecutionWorkspaceMode,
      description: 'The way in which sessions share the execution workspace.',
    }),
    strategy: t.expose('strategy', {
      type: ExecutionWorkspaceStrategy,
      description: 'The way in which the checkout is made.',
    }),
    provider: t.expose('provider', {
      type: ExecutionWorkspaceProvider,
      description: 'The provider of the checkout.',
    }),
    branch: t.exposeString('branch', {
      nullable: true,
      description: 'The branch that is checked out, as given at the opening; null when none was given.',
    }),
    baseRef: t.exposeString('baseRef', {
      nullable: true,
      description: 'The branch that the work is merged into; null for the default branch of the repository.',
    }),
    status: t.expose('status', {
      type: ExecutionWorkspaceStatus,
      description: 'The status of the execution workspace.',
    }),
    version: t.exposeInt('version', {
      description:
        'The number of the version, counting from 1. Each act that changes the status raises it, and an act with another `expectedVersion` is VERSION_CONFLICT. A use, a note and the success of a cleanup do not raise it.',
    }),
    generation: t.exposeInt('generation', {
      description: 'The number of times that the execution workspace was open, counting from 1.',
    }),
    noteCount: t.exposeInt('noteCount', { description: 'The number of notes.' }),
    openedAt: t.expose('openedAt', {
      type: 'DateTime',
      description: 'When the execution workspace was first opened.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      description:
        'When a session last entered the execution workspace or reported work in it, to the minute, or when it was last reopened. A change of this field causes no event.',
    }),
    closedAt: t.expose('closedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the execution workspace was closed; null while it is open.',
    }),
    cleanupEligibleAt: t.expose('cleanupEligibleAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Since when a cleanup of the checkout has been due; null while the execution workspace is open, and when there is nothing to clean up.',
    }),
    cleanupReason: t.exposeString('cleanupReason', {
      nullable: true,
      description: 'Why the cleanup failed; null unless the status is CLEANUP_FAILED.',
    }),
    cleanupWarnings: t.exposeStringList('cleanupWarnings', {
      description:
        'What the last successful cleanup warned of, such as the branch that uncommitted work was saved to. Empty while the execution workspace is open.',
    }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When the execution workspace last changed.',
    }),
  }),
});
