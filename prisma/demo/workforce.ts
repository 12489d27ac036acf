/** Inserts the demo's agents with what they hold, set by set: through the services it would take hundreds of acts. */
import { hashSecret, newSecret, prefixOf } from '../../src/auth/secret.ts';
import type { Tx } from '../../src/database/db.ts';
import { type Author, recordStructureEvents } from '../../src/services/act/structureEvent.ts';
import { AGENTS, BRANCHES, ROOT } from './agents.ts';
import { demoId, minutesAgo } from './id.ts';
import type { Person } from './people.ts';

const organizationId = demoId('Organization');
const REPO = { repoOwner: 'acme', repoName: 'rocket', repoOwnerKey: 'acme', repoNameKey: 'rocket' };

/** The index of an agent by its name, from which its ids follow. */
const NUMBERS = new Map(AGENTS.map(({ name }, index) => [name, index + 1]));

export function agentNumber(name: string): number {
  const number = NUMBERS.get(name);
  if (number === undefined) throw new Error(`The demo has no agent ${name}.`);
  return number;
}

export async function insertWorkforce(tx: Tx, author: Author, people: Record<Person, string>): Promise<void> {
  await insertWorkspaces(tx);
  await tx.agent.createMany({
    data: AGENTS.map(({ name, role, description, hiredBy, hiredHoursAgo }, index) => ({
      id: demoId('Agent', index + 1),
      organizationId,
      name,
      role,
      description,
      status: 'RUNNING',
      hiredById: people[hiredBy],
      workspaceId: workspaceOf(index),
      hiredAt: minutesAgo(hiredHoursAgo * 60),
    })),
  });
  await recordStructureEvents(
    tx,
    author,
    AGENTS.map(({ name, role }, index) => ({
      organizationId,
      type: 'agent.hired',
      subject: { type: 'Agent', id: demoId('Agent', index + 1) },
      payload: { name, role },
    })),
  );
  await insertTokens(tx, people);
  await insertRecords(tx, people);
}

function workspaceOf(agentIndex: number): string {
  return demoId('Workspace', 1 + BRANCHES.length + agentIndex + 1);
}

/** Parents before their children: a trigger derives each path from the parent's. */
async function insertWorkspaces(tx: Tx): Promise<void> {
  const root = demoId('Workspace', 1);
  await tx.workspace.create({ data: { id: root, organizationId, name: ROOT, role: 'programme', tier: 1 } });
  const branchId = (branch: (typeof BRANCHES)[number]) => demoId('Workspace', 2 + BRANCHES.indexOf(branch));
  await tx.workspace.createMany({
    data: BRANCHES.map((name) => ({ id: branchId(name), organizationId, parentId: root, name, tier: 2 })),
  });
  await tx.workspace.createMany({
    data: AGENTS.map(({ name, role, branch }, index) => ({
      id: workspaceOf(index),
      organizationId,
      parentId: branchId(branch),
      name: `${name}'s desk`,
      role,
    })),
  });
}

/** A token for each agent. Its secret is thrown away, because the demo's agents do not run. */
async function insertTokens(tx: Tx, people: Record<Person, string>): Promise<void> {
  await tx.token.createMany({
    data: AGENTS.map(({ hiredBy, hiredHoursAgo }, index) => {
      const secret = newSecret();
      return {
        id: demoId('Token', index + 1),
        organizationId,
        agentId: demoId('Agent', index + 1),
        label: 'runtime',
        prefix: prefixOf(secret),
        hash: hashSecret(secret),
        createdById: people[hiredBy],
        createdAt: minutesAgo(hiredHoursAgo * 60),
      };
    }),
  });
}

async function insertRecords(tx: Tx, people: Record<Person, string>): Promise<void> {
  const owned = AGENTS.map((agent, index) => ({ agent, agentId: demoId('Agent', index + 1) }));
  await tx.agentMemory.createMany({
    data: owned.flatMap(({ agent: { memory = {} }, agentId }) =>
      Object.entries(memory).map(([key, value]) => ({ organizationId, agentId, key, value })),
    ),
  });
  await tx.agentAction.createMany({
    data: owned.flatMap(({ agent: { actions = [] }, agentId }) =>
      actions.map(({ action, outcome, metadata }, index) => ({
        organizationId,
        agentId,
        action,
        outcome: outcome ?? ('ALLOWED' as const),
        metadata,
        createdAt: minutesAgo(20 * (actions.length - index)),
      })),
    ),
  });
  await tx.reviewedPullRequest.createMany({
    data: owned.flatMap(({ agent: { reviewed = [], hiredBy }, agentId }) =>
      reviewed.map((number) => ({ organizationId, agentId, userId: people[hiredBy], ...REPO, number })),
    ),
  });
}
