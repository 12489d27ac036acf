/** Every act in every status, and the versions. */
import type { ExecutionWorkspaceStatus } from '../../graphql/graphql.ts';
import { hasSucceeded, refused, succeeded } from '../../support/outcome.ts';
import type { Psql } from '../../support/psql.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import { close, failCleanup, idle, reopen, requestReview, retryCleanup } from './acts.ts';

const ACTS = { idle, requestReview, close, reopen, retryCleanup };

/** The status after each act, or the code of its refusal. */
const TRANSITIONS: Record<keyof typeof ACTS, Record<ExecutionWorkspaceStatus, string>> = {
  idle: {
    ACTIVE: 'IDLE',
    IDLE: 'IDLE',
    IN_REVIEW: 'IDLE',
    ARCHIVED: 'ALREADY_CLOSED',
    CLEANUP_FAILED: 'ALREADY_CLOSED',
  },
  requestReview: {
    ACTIVE: 'IN_REVIEW',
    IDLE: 'IN_REVIEW',
    IN_REVIEW: 'IN_REVIEW',
    ARCHIVED: 'ALREADY_CLOSED',
    CLEANUP_FAILED: 'ALREADY_CLOSED',
  },
  close: {
    ACTIVE: 'ARCHIVED',
    IDLE: 'ARCHIVED',
    IN_REVIEW: 'ARCHIVED',
    ARCHIVED: 'ALREADY_CLOSED',
    CLEANUP_FAILED: 'ALREADY_CLOSED',
  },
  reopen: {
    ACTIVE: 'NOT_CLOSED',
    IDLE: 'NOT_CLOSED',
    IN_REVIEW: 'NOT_CLOSED',
    ARCHIVED: 'ACTIVE',
    CLEANUP_FAILED: 'ACTIVE',
  },
  retryCleanup: {
    ACTIVE: 'NOT_CLOSED',
    IDLE: 'NOT_CLOSED',
    IN_REVIEW: 'NOT_CLOSED',
    ARCHIVED: 'ALREADY_CLOSED',
    CLEANUP_FAILED: 'ARCHIVED',
  },
};

async function inStatus(team: Team, psql: Psql, status: ExecutionWorkspaceStatus): Promise<string> {
  const { id } = await team.openExecutionWorkspace();
  if (status === 'IDLE') succeeded(await idle(team, { id }));
  if (status === 'IN_REVIEW') succeeded(await requestReview(team, { id }));
  if (status === 'ARCHIVED' || status === 'CLEANUP_FAILED') succeeded(await close(team, { id }));
  if (status === 'CLEANUP_FAILED') await failCleanup(psql, id);
  return id;
}

const cases = Object.entries(TRANSITIONS).flatMap(([act, row]) =>
  Object.entries(row).map(([status, outcome]) => ({ act, status, outcome })),
);

it.for(cases)('$act of one that is $status is $outcome', async ({ act, status, outcome }, { team, psql }) => {
  const id = await inStatus(team, psql, status as ExecutionWorkspaceStatus);
  const before = await team.footprint();
  const answer = await ACTS[act as keyof typeof ACTS](team, { id });
  if (!hasSucceeded(answer)) {
    expect(refused(answer).code).toBe(outcome);
    expect(await team.footprint()).toEqual(before);
    return;
  }
  const { executionWorkspace } = succeeded(answer);
  expect(executionWorkspace.status).toBe(outcome);
  expect(executionWorkspace.closedAt === null).toBe(outcome !== 'ARCHIVED');
  expect(executionWorkspace.cleanupReason).toBeNull();
});

describe('the version', () => {
  it('counts the acts that change the status, and no others', async ({ team }) => {
    const { id, version } = await team.openExecutionWorkspace();
    expect(version).toBe(1);
    expect(succeeded(await idle(team, { id, expectedVersion: 1 })).executionWorkspace.version).toBe(2);
    expect(succeeded(await idle(team, { id, expectedVersion: 2 })).executionWorkspace.version).toBe(2);
    expect(succeeded(await close(team, { id, expectedVersion: 2 })).executionWorkspace.version).toBe(3);
    const { executionWorkspace } = succeeded(await reopen(team, { id, expectedVersion: 3 }));
    expect(executionWorkspace).toMatchObject({ version: 4, generation: 2 });
  });

  it.for(['idle', 'requestReview', 'close'] as const)(
    'that %s does not expect is VERSION_CONFLICT with the current one, and nothing is written',
    async (act, { team }) => {
      const { id } = await team.openExecutionWorkspace();
      const before = await team.footprint();
      const error = refused(await ACTS[act](team, { id, expectedVersion: 7 }));
      expect(error).toMatchObject({ code: 'VERSION_CONFLICT', currentVersion: 1 });
      expect(await team.footprint()).toEqual(before);
    },
  );

  it.for(['reopen', 'retryCleanup'] as const)(
    'that %s does not expect is VERSION_CONFLICT',
    async (act, { team, psql }) => {
      const id = await inStatus(team, psql, 'CLEANUP_FAILED');
      const error = refused(await ACTS[act](team, { id, expectedVersion: 1 }));
      expect(error).toMatchObject({ code: 'VERSION_CONFLICT', currentVersion: 3 });
    },
  );
});

it('a repeated close under one idempotency key closes once', async ({ team }) => {
  const { id } = await team.openExecutionWorkspace();
  const input = { id, expectedVersion: 1, idempotencyKey: 'close-it' };
  const first = succeeded(await close(team, input));
  const second = succeeded(await close(team, input));
  expect(second).toEqual(first);
  expect(await team.structureEvents('EXECUTION_WORKSPACE_CLOSED')).toHaveLength(1);
});

it('a close and a reopening are in the audit trail, by the person, with the generation', async ({ team }) => {
  const { id } = await team.openExecutionWorkspace({ name: 'fix-login' });
  const closed = succeeded(await close(team, { id }));
  const reopened = succeeded(await reopen(team, { id }));
  const events = (await team.structureEvents()).filter(({ type }) => type.startsWith('EXECUTION_WORKSPACE_'));
  expect(events).toMatchObject([
    {
      type: 'EXECUTION_WORKSPACE_CLOSED',
      subjectId: id,
      requestId: closed.requestId,
      payload: { name: 'fix-login', mode: 'ISOLATED_WORKSPACE', generation: 1 },
      actor: { kind: 'USER' },
    },
    {
      type: 'EXECUTION_WORKSPACE_REOPENED',
      subjectId: id,
      requestId: reopened.requestId,
      payload: { generation: 2 },
    },
  ]);
});

it.for([
  'SHARED_WORKSPACE',
  'ISOLATED_WORKSPACE',
  'OPERATOR_BRANCH',
  'ADAPTER_MANAGED',
  'CLOUD_SANDBOX',
] as const)('a failed cleanup of the mode %s can be retried', async (mode, { team, psql }) => {
  const { id } = await team.openExecutionWorkspace({ mode });
  succeeded(await close(team, { id }));
  await failCleanup(psql, id);
  const { executionWorkspace } = succeeded(await retryCleanup(team, { id, expectedVersion: 3 }));
  expect(executionWorkspace).toMatchObject({
    status: 'ARCHIVED',
    version: 4,
    cleanupReason: null,
    cleanupEligibleAt: null,
  });
  expect(executionWorkspace.closedAt).not.toBeNull();
});
