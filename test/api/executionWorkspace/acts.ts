/** The acts on an execution workspace, as the owner of a team sends them. */
import type { Client } from '../../support/client.ts';
import * as mutations from '../../support/mutations.ts';
import { type Psql, uuidOf } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';

type Which = { id: string; expectedVersion?: number };

export const idle = async (team: Team, input: Which) =>
  (await team.owner.query(mutations.IdleExecutionWorkspace, { input })).idleExecutionWorkspace;

export const requestReview = async (team: Team, input: Which) =>
  (await team.owner.query(mutations.RequestExecutionWorkspaceReview, { input }))
    .requestExecutionWorkspaceReview;

export const close = async (team: Team, input: Which & { acceptWarnings?: boolean }) =>
  (await team.owner.query(mutations.CloseExecutionWorkspace, { input })).closeExecutionWorkspace;

export const reopen = async (team: Team, input: Which) =>
  (await team.owner.query(mutations.ReopenExecutionWorkspace, { input })).reopenExecutionWorkspace;

export const retryCleanup = async (team: Team, input: Which) =>
  (await team.owner.query(mutations.RetryExecutionWorkspaceCleanup, { input }))
    .retryExecutionWorkspaceCleanup;

export const addNote = async (by: Client, id: string, body = 'Keep the branch.') =>
  (await by.query(mutations.AddExecutionWorkspaceNote, { input: { id, body } })).addExecutionWorkspaceNote;

/** What a cleanup whose last attempt failed leaves. */
export const failCleanup = (psql: Psql, id: string) =>
  psql(
    "UPDATE execution_workspace SET status = 'CLEANUP_FAILED', cleanup_reason = 'disk full' WHERE id = $1",
    [uuidOf(id)],
  );
