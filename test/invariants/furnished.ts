/** A database with a row in every table, and in every state that a rule speaks of. No server runs on it. */
import { furnish } from '../security/walk.ts';
import { startTestApp } from '../support/app.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startGitHub } from '../support/github/github.ts';
import { HireAgent } from '../support/mutations.ts';
import { succeeded } from '../support/outcome.ts';
import { openPsql, type Psql, uuidOf } from '../support/psql.ts';
import { createTeam, type Team } from '../support/team.ts';
import {
  installByHand,
  manage,
  newClassifier,
  newRelationshipType,
  newWatcher,
} from '../support/vocabulary.ts';

export async function furnishedDatabase(): Promise<TestDatabase> {
  const database = await createDatabase();
  const github = await startGitHub();
  const app = await startTestApp({
    databaseUrl: database.url,
    github: { apiUrl: github.url, token: github.token },
  });
  const psql = await openPsql(database.url);
  try {
    const team = await createTeam({ app, github, psql }, await app.signUp());
    await furnish(team, psql);
    await leaveEndedRows(team);
    await addReferences(team, psql);
    await startOrchestrator(team);
  } finally {
    await psql.close();
    await app.close();
    await github.close();
  }
  return database;
}

async function leaveEndedRows(team: Team): Promise<void> {
  // An invitation that was accepted.
  await team.join('MEMBER');
  await team.removeWorkspace(await team.addWorkspace());
  await team.offboard((await team.hire()).id);
  const { hireAgent } = await team.owner.query(HireAgent, {
    input: { organizationId: team.id, name: 'Kim', role: 'reviewer', idempotencyKey: 'kim' },
  });
  const { agent } = succeeded(hireAgent);
  await team.spawn({ agentId: agent.id });
  // An open pull request of a terminated session.
  const { id } = await team.spawn();
  team.onGitHub(77);
  succeeded(await team.claim(id, 77));
  await team.terminate(id);
}

/** Starts an orchestrator in a project without pull requests. */
async function startOrchestrator(team: Team): Promise<void> {
  const { id: projectId } = await team.register({ slug: 'directed' });
  await team.spawn({ projectId, kind: 'ORCHESTRATOR' });
}

/** What no mutation fills in at once: the references that a row may have. */
async function addReferences(team: Team, psql: Psql): Promise<void> {
  const ended = await installByHand(psql, team);
  await psql(`UPDATE installation SET status = 'UNINSTALLED', uninstalled_at = now() WHERE id = $1`, [
    ended.id,
  ]);
  const installation = await installByHand(psql, team);
  const inverse = await newRelationshipType(team);
  const relationshipType = await newRelationshipType(team, { inverseId: inverse.id });
  await manage(psql, 'relationship_type', relationshipType.id, installation);
  const watcher = await newWatcher(team);
  await manage(psql, 'watcher', watcher.id, installation);
  const classifier = await newClassifier(team, { watcherId: watcher.id });
  await manage(psql, 'classifier', classifier.id, installation);

  const organization = [uuidOf(team.id)];
  const agent = '(SELECT id FROM agent WHERE organization_id = $1 LIMIT 1)';
  for (const kind of ['entity_type', 'relationship_type', 'watcher', 'classifier']) {
    await psql(`UPDATE ${kind} SET agent_id = ${agent} WHERE organization_id = $1`, organization);
  }
  await psql(
    `INSERT INTO pull_request_refresh (organization_id, pull_request_id, started_at)
     SELECT organization_id, id, now() FROM pull_request WHERE organization_id = $1`,
    organization,
  );
  await psql(
    `INSERT INTO installation_binding (organization_id, installation_id, kind, source_key, target_id)
     SELECT organization_id, installation_id, 'WATCHER', source_key, id FROM watcher WHERE installation_id IS NOT NULL AND organization_id = $1`,
    organization,
  );
  await psql(
    `INSERT INTO execution_workspace (organization_id, project_id, name, mode, status, closed_at, provider_ref)
     SELECT organization_id, id, 'ended', 'ISOLATED_WORKSPACE', 'ARCHIVED', now(), 'tree-1' FROM project WHERE organization_id = $1`,
    organization,
  );
  await psql(
    `UPDATE execution_workspace SET mode = 'SHARED_WORKSPACE' WHERE id IN (
       SELECT id FROM execution_workspace WHERE closed_at IS NULL AND organization_id = $1 LIMIT 1)`,
    organization,
  );
  await psql(
    `UPDATE workspace_schedule SET project_id = p.id, last_session_id = s.id FROM project p JOIN session s ON s.project_id = p.id
      WHERE s.organization_id = $1`,
    organization,
  );
  await psql(
    `INSERT INTO structure_event (organization_id, type, subject_type, subject_id, import_id, actor_kind, actor_name)
     SELECT organization_id, 'org.import.started', 'OrgImport', id, id, 'SYSTEM', 'test' FROM org_import WHERE organization_id = $1`,
    organization,
  );
  await psql(
    `UPDATE agent SET container_ref = 'box' WHERE organization_id = $1 AND status = 'RUNNING'`,
    organization,
  );
  // A row of another transaction stays.
  await psql(
    `INSERT INTO standing_due (xid, subject, subject_id) VALUES ('0', 'SESSION', gen_random_uuid())`,
  );
  await psql(`UPDATE "user" SET personal_organization_id = $1 WHERE id = $2`, [
    uuidOf(team.id),
    team.owner.userId,
  ]);
}
