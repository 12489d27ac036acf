import {
  ConfirmationRequiredError,
  WorkspaceCycleError,
  WorkspaceNameTakenError,
  WorkspaceOccupiedError,
  WorkspaceRemovedError,
  WorkspaceTooDeepError,
} from '../../errors/errors.ts';
import { Agent } from '../agent/agent.ts';
import { userError } from '../kit/userError.ts';
import { Workspace } from './workspace.ts';

userError(WorkspaceRemovedError, {
  description:
    'the workspace, or the parent that it is to get, is removed. A removed workspace cannot be restored.',
  fields: (t) => ({
    workspace: t.exposeNode('workspaceId', { type: Workspace, description: 'The removed workspace.' }),
  }),
});

userError(WorkspaceNameTakenError, {
  description: 'another live workspace below the same parent has the name.',
  fields: (t) => ({
    workspace: t.exposeNode('workspaceId', {
      type: Workspace,
      description: 'The workspace that has the name.',
    }),
  }),
});

userError(WorkspaceCycleError, {
  description: 'the new parent is the workspace itself or a workspace below it.',
});

userError(WorkspaceTooDeepError, {
  description: 'the tree would have more than 64 levels.',
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'The highest number of levels that a tree may have.' }),
  }),
});

userError(WorkspaceOccupiedError, {
  description:
    'an agent works in the workspace. An agent in ERROR occupies the workspace too, until it is offboarded.',
  fields: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The agent that works in the workspace.' }),
  }),
});

userError(ConfirmationRequiredError, {
  description: '`confirmName` is not the name of the workspace. Nothing was removed.',
  fields: (t) => ({
    workspaceName: t.exposeString('workspaceName', {
      description: 'The name of the workspace, which `confirmName` must have.',
    }),
    descendantCount: t.exposeInt('descendantCount', {
      description: 'The number of workspaces below the workspace, which would be removed with it.',
    }),
    activeTasks: t.exposeInt('activeTasks', {
      description:
        'The number of tasks that the agents of all these workspaces work on, from their last heartbeats.',
    }),
  }),
});
