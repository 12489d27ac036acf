import { UserError } from './userError.ts';

/** REMOVED is final: a removed workspace takes no change. */
export class WorkspaceRemovedError extends UserError {
  static override readonly code = 'WORKSPACE_REMOVED';
  readonly workspaceId: string;

  constructor({ id, name }: { id: string; name: string }) {
    super(`The workspace "${name}" is removed.`);
    this.workspaceId = id;
  }
}

export class WorkspaceNameTakenError extends UserError {
  static override readonly code = 'WORKSPACE_NAME_TAKEN';
  /** The workspace that has the name. */
  readonly workspaceId: string;

  constructor({ id, name }: { id: string; name: string }) {
    super(`Another workspace below the same parent is named "${name}".`);
    this.workspaceId = id;
  }
}

export class WorkspaceCycleError extends UserError {
  static override readonly code = 'WORKSPACE_CYCLE';

  constructor() {
    super('A workspace cannot move below itself.');
  }
}

export class WorkspaceTooDeepError extends UserError {
  static override readonly code = 'WORKSPACE_TOO_DEEP';
  /** The most levels that a tree may have. */
  readonly limit: number;

  constructor(limit: number) {
    super(`A tree of workspaces has at most ${limit} levels.`);
    this.limit = limit;
  }
}

export class WorkspaceOccupiedError extends UserError {
  static override readonly code = 'WORKSPACE_OCCUPIED';
  readonly agentId: string;

  constructor(agent: { id: string; name: string }) {
    super(`Agent "${agent.name}" works in the workspace already.`);
    this.agentId = agent.id;
  }
}

/** A removal that was not confirmed. It says what would be removed. */
export class ConfirmationRequiredError extends UserError {
  static override readonly code = 'CONFIRMATION_REQUIRED';
  readonly workspaceName: string;
  readonly descendantCount: number;
  readonly activeTasks: number;

  constructor(facts: { workspaceName: string; descendantCount: number; activeTasks: number }) {
    super(`Pass the name "${facts.workspaceName}" to confirm the removal.`);
    this.workspaceName = facts.workspaceName;
    this.descendantCount = facts.descendantCount;
    this.activeTasks = facts.activeTasks;
  }
}
