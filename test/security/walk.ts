/** Reads everything that a viewer can reach: from the viewer by every field, and from every id found. */
import { parseGlobalId } from '../../src/value/globalId.ts';
import { nodes, objectTypes } from '../schema/shape.ts';
import type { Client } from '../support/client.ts';
import {
  AddExecutionWorkspaceNote,
  AddMember,
  LogAgentAction,
  PutAgentMemory,
  RecordReviewedPR,
  WatchRepo,
} from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { type Psql, uuidOf } from '../support/psql.ts';
import type { Team } from '../support/team.ts';
import { newSource } from '../support/template.ts';
import {
  installByHand,
  manage,
  newClassifier,
  newEntityType,
  newRelationshipType,
  newWatcher,
} from '../support/vocabulary.ts';
import { RecordWatcherWindow } from '../support/vocabularyMutations.ts';
import { everyField, objectType } from './selection.ts';

export type Walk = {
  /** Every global id in the responses. */
  ids: ReadonlySet<string>;
  /** The name of every type in the responses. */
  types: ReadonlySet<string>;
  /** The names of the types that have an object with an id. */
  typesOfId: ReadonlyMap<string, ReadonlySet<string>>;
  /** All responses. */
  text: string;
};

/** Gives a team one object of every type and returns the reference of its pull request. */
export async function furnish(team: Team, psql: Psql): Promise<string> {
  const agent = await team.hire();
  const session = await team.spawn({ agentId: agent.id });
  team.onGitHub(7, {
    checks: [{ name: 'build' }],
    threads: [{}],
    reviews: [{ author: 'ines', state: 'APPROVED' }],
  });
  succeeded(await team.claim(session.id, 7));
  const input = { agentId: agent.id };
  const { watchRepo } = await team.owner.query(WatchRepo, { input: { ...input, repo: 'acme/rocket' } });
  succeeded(watchRepo);
  const { putAgentMemory } = await agent.query(PutAgentMemory, {
    input: { ...input, key: 'tone', value: 'kind' },
  });
  succeeded(putAgentMemory);
  const { logAgentAction } = await agent.query(LogAgentAction, {
    input: { ...input, action: 'push', outcome: 'ALLOWED', metadata: { branch: 'main' } },
  });
  succeeded(logAgentAction);
  const { recordReviewedPR } = await agent.query(RecordReviewedPR, {
    input: { ...input, repo: 'acme/rocket', number: 7 },
  });
  succeeded(recordReviewedPR);
  const { addMember } = await team.owner.query(AddMember, {
    input: { organizationId: team.id, email: `invited-${team.slug}@example.com`, name: 'Newcomer' },
  });
  succeeded(addMember);
  const { id: executionWorkspaceId } = await team.openExecutionWorkspace({ sessionId: session.id });
  const { addExecutionWorkspaceNote } = await agent.query(AddExecutionWorkspaceNote, {
    input: { id: executionWorkspaceId, body: 'Keep it.' },
  });
  succeeded(addExecutionWorkspaceNote);
  await furnishWorkspace(team, psql);
  await furnishVocabulary(team, psql);
  // Resolves when all of it is in the stored feed. This creates a token.
  await team.changes();
  return `${team.slug}/rocket#7`;
}

/** A workspace with an agent and with rows that only imports create. */
async function furnishWorkspace(team: Team, psql: Psql): Promise<void> {
  const parent = await team.addWorkspace();
  const workspace = await team.addWorkspace({ parentId: parent.id, plugins: ['git'] });
  await team.employ({ workspaceId: workspace.id });
  const ids = [uuidOf(team.id), uuidOf(workspace.id)];
  await psql(
    `INSERT INTO workspace_schedule (organization_id, workspace_id, name, cron_expr, prompt, next_run_at)
     VALUES ($1, $2, 'yearly', '0 9 1 1 *', 'Plan the year.', '2100-01-01T09:00Z')`,
    ids,
  );
  await psql(
    `INSERT INTO workspace_channel (organization_id, workspace_id, type) VALUES ($1, $2, 'telegram')`,
    ids,
  );
  await psql(
    `WITH made AS (
       INSERT INTO org_import (organization_id, name, mode, requested_by_kind, requested_by_name, warnings,
                               status, finished_at, duration_ms)
       VALUES ($1, 'Acme', 'MERGE', 'DATABASE', 'test', '[{"path": "workspaces[0]", "message": "unknown key"}]',
               'COMPLETED', now(), 1)
       RETURNING id
     )
     UPDATE workspace SET import_id = made.id, import_document = 'Acme' FROM made WHERE workspace.id = $2`,
    ids,
  );
}

/** Vocabulary of every kind, some of it managed by a template. */
async function furnishVocabulary(team: Team, psql: Psql): Promise<void> {
  const entityType = await newEntityType(team);
  const rules = [{ sourceSlug: entityType.slug, targetSlug: entityType.slug }];
  const inverse = await newRelationshipType(team);
  await newRelationshipType(team, { inverseId: inverse.id, rules });
  const watcher = await newWatcher(team);
  await newClassifier(team, { watcherId: watcher.id });
  const { recordWatcherWindow } = await team.owner.query(RecordWatcherWindow, {
    input: {
      watcherId: watcher.id,
      startsAt: '2026-11-21T00:00:00.000Z',
      endsAt: '2026-11-22T00:00:00.000Z',
      extractedData: { incidents: 0 },
    },
  });
  succeeded(recordWatcherWindow);
  const managed = await newEntityType(team);
  const source = await newSource(team);
  succeeded(await source.publish({ visibility: 'PRIVATE' }));
  await manage(psql, 'entity_type', managed.id, await installByHand(psql, team));
}

export async function walk(client: Client, ref: string): Promise<Walk> {
  const ids = new Set<string>();
  const types = new Set<string>();
  const typesOfId = new Map<string, Set<string>>();
  const texts: string[] = [];
  async function read(query: string, variables: object): Promise<void> {
    const response = await client.raw({ query, variables });
    const text = await response.text();
    texts.push(text);
    const { data, errors } = JSON.parse(text);
    if (errors) throw new Error(`A query failed: ${JSON.stringify(errors)}`);
    notice(data);
  }

  function notice(value: unknown, key = ''): void {
    if (typeof value === 'string') {
      if (key === '__typename') types.add(value);
      if (parseGlobalId(value)) ids.add(value);
    } else if (value && typeof value === 'object') {
      noticeId(value);
      for (const [name, each] of Object.entries(value)) notice(each, name);
    }
  }

  function noticeId({ id, __typename: type }: { id?: string; __typename?: string }): void {
    if (id && type) typesOfId.set(id, (typesOfId.get(id) ?? new Set()).add(type));
  }

  await read(`{ viewer ${everyField(objectType('Viewer'))} }`, {});
  // The iteration includes ids that are added during it.
  for (const id of ids) {
    const type = objectTypes.find(({ name }) => name === parseGlobalId(id)?.type);
    if (!type) throw new Error(`${id} is of no type.`);
    if (!nodes.includes(type)) continue;
    const usesRef = type.name === 'Organization' ? ', $ref: String!' : '';
    await read(`query($id: ID!${usesRef}) { node(id: $id) { ... on ${type.name} ${everyField(type)} } }`, {
      id,
      ref,
    });
  }
  return { ids, types, typesOfId, text: texts.join('\n') };
}
