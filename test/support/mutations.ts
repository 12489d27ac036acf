/** A document for each mutation, with the fields of its payload and its errors that tests read. */
export * from './mutations/agent.ts';
export * from './mutations/executionWorkspace.ts';
export * from './mutations/organization.ts';
export * from './mutations/project.ts';
export * from './mutations/pullRequest.ts';
export * from './mutations/session.ts';
export * from './mutations/template.ts';
export * from './mutations/token.ts';
export * from './mutations/workspace.ts';
