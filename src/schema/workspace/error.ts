import {
  ConfirmationRequiredError,
  WorkspaceCycleError,
  WorkspaceNameTakenError,
  WorkspaceOccupiedError,
  WorkspaceRemovedError,
  WorkspaceTooDeepError,
} from '../../errors.ts';
import { Agent } from '../agent/agent.ts';
import { userError } from '../kit/userError.ts';
import { Workspace } from './workspace.ts';

userError(WorkspaceRemovedError, {
  description: 'a workspace that the act needs is removed. REMOVED is final.',
  fields: (t) => ({
    workspace: t.exposeNode('workspaceId', { type: Workspace, description: 'The removed workspace.' }),
  }),
});

userError(WorkspaceNameTakenError, {
  description: 'a live workspace below the same parent has this name.',
  fields: (t) => ({
    workspace: t.exposeNode('workspaceId', {
      type: Workspace,
      description: 'The workspace that has the name.',
    }),
  }),
});

userError(WorkspaceCycleError, {
  description: 'the new parent is the workspace itself, or is below it.',
});

userError(WorkspaceTooDeepError, {
  description: 'the tree would have too many levels.',
  fields: (t) => ({ limit: t.exposeInt('limit', { description: 'The most levels that a tree may have.' }) }),
});

userError(WorkspaceOccupiedError, {
  description: 'an agent works in the workspace. Offboard it first, also when it is in ERROR.',
  fields: (t) => ({
    agent: t.exposeNode('agentId', { type: Agent, description: 'The agent that works there.' }),
  }),
});

userError(ConfirmationRequiredError, {
  description: 'the name of the workspace was not given as `confirmName`. Nothing was removed.',
  fields: (t) => ({
    workspaceName: t.exposeString('workspaceName', { description: 'The name to give as `confirmName`.' }),
    descendantCount: t.exposeInt('descendantCount', {
      description: 'How many workspaces below it would be removed with it.',
    }),
    activeTasks: t.exposeInt('activeTasks', {
      description: 'How many tasks its agent and those below it work on, from their last heartbeats.',
    }),
  }),
});
