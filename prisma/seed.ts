/** The demo organization: what a person who just started Muster finds in it. Made by the services, as anybody would. */
import { randomUUID } from 'node:crypto';
import { authenticate } from '../src/auth/authenticate.ts';
import { hashSecret, newSecret, prefixOf } from '../src/auth/secret.ts';
import type { Viewer } from '../src/auth/viewer.ts';
import type { Database, Tx } from '../src/db.ts';
import { DEFAULT_QUOTAS } from '../src/quotas.ts';
import { noRuntime } from '../src/runtime/none.ts';
import type { Act } from '../src/services/act/act.ts';
import { hireAgent } from '../src/services/agent/hireAgent.ts';
import { watchRepo } from '../src/services/agent/watchedRepo.ts';
import { createOrganization } from '../src/services/organization/organization.ts';
import { createUser } from '../src/services/organization/user.ts';
import type { JobQueue } from '../src/services/port/job.ts';
import type { PullRequestSource } from '../src/services/port/pullRequestSource.ts';
import { registerProject } from '../src/services/project/project.ts';
import { claimPR } from '../src/services/pullRequest/claimPR.ts';
import { reportActivity } from '../src/services/session/activity.ts';
import { spawnSession } from '../src/services/session/spawnSession.ts';
import { seedTemplates } from './demo/template.ts';

const OWNER = { email: 'owner@demo.example', name: 'Demo Owner' };
/** Who works in the demo, and what each is doing: one of each kind that a board tells apart. */
const CREW = [
  { name: 'Ada', role: 'implementer', state: 'IDLE' },
  { name: 'Grace', role: 'reviewer', state: 'ACTIVE' },
  { name: 'Edsger', role: 'architect', state: 'WAITING_INPUT' },
] as const;

export type SeedOptions = {
  /** The secret of the owner's token; a random one without it. */
  ownerToken?: string;
  pullRequestSource: PullRequestSource;
  /** Whether the source knows the demo's pull requests, so that a session can claim one. */
  hasDemoPullRequests: boolean;
  /** Given the token before it is good for anything, so that no seeded database is without somebody who knows it. */
  keepToken?: (token: string) => Promise<void>;
};

/**
 * Seeds an empty database, and answers the owner's token. Undefined when the database is not empty: then nothing is
 * done. All of it is one transaction, so that a seed that fails leaves nothing behind, and of several processes that
 * come at once, one seeds and the others find it done.
 */
export async function seed(db: Database, options: SeedOptions): Promise<string | undefined> {
  const ownerToken = options.ownerToken ?? newSecret();
  return await db.transact(
    { actor: { kind: 'SYSTEM', id: null, name: 'seed' }, requestId: null },
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('muster.seed', 0))`;
      if ((await tx.user.count()) > 0) return undefined;
      await createOwner(tx, ownerToken);
      await seedOrganization(within(tx, db), options, ownerToken);
      await options.keepToken?.(ownerToken);
      return ownerToken;
    },
  );
}

/** Nobody in the demo has a container that a job would have to start. */
const NO_JOBS: JobQueue = {
  async enqueue() {
    throw new Error('The demo leaves no job behind.');
  },
  async enqueueAll() {
    throw new Error('The demo leaves no job behind.');
  },
  isAwaited: async () => false,
};

/** The database as the acts see it: what each would do in a transaction of its own, it does in this one. */
function within(tx: Tx, db: Database): Database {
  return {
    ...db,
    // Acts only read through it.
    prisma: tx as Database['prisma'],
    async transact({ actor, requestId }, work) {
      await tx.$queryRaw`SELECT
        set_config('muster.actor', ${JSON.stringify(actor)}, true),
        set_config('muster.request_id', ${requestId ?? ''}, true)`;
      return await work(tx);
    },
  };
}

/** The owner and a token that is good for all of their organizations, by which the rest is made. */
async function createOwner(tx: Tx, secret: string): Promise<void> {
  const owner = await createUser(tx, OWNER);
  await tx.token.create({
    data: { userId: owner.id, label: 'demo', prefix: prefixOf(secret), hash: hashSecret(secret) },
  });
}

async function seedOrganization(db: Database, options: SeedOptions, ownerToken: string): Promise<void> {
  /** Each act under the rights of its moment: the first one makes the organization that the others need. */
  const act = async (): Promise<Act> => ({
    viewer: await owner(db, ownerToken),
    requestId: randomUUID(),
    db,
    pullRequestSource: options.pullRequestSource,
    jobs: NO_JOBS,
    runtime: noRuntime(),
    quotas: DEFAULT_QUOTAS,
  });
  const { organizationId } = await createOrganization(await act(), { slug: 'demo', name: 'Demo' });
  const { projectId } = await registerProject(await act(), {
    organizationId,
    slug: 'rocket',
    name: 'Rocket',
    repoUrl: 'https://github.com/acme/rocket',
    kind: 'SINGLE_REPO',
  });
  const sessionIds: string[] = [];
  for (const { name, role, state } of CREW) {
    const { agentId } = await hireAgent(await act(), { organizationId, name, role });
    const { sessionId } = await spawnSession(await act(), {
      projectId,
      agentId,
      kind: 'WORKER',
      displayName: name,
    });
    await reportActivity(await act(), { sessionId, state });
    if (role === 'reviewer') await watchRepo(await act(), { agentId, repo: 'acme/rocket' });
    sessionIds.push(sessionId);
  }
  if (options.hasDemoPullRequests && sessionIds[0]) {
    await claimPR(await act(), { sessionId: sessionIds[0], pr: '7', allowTakeover: true });
  }
  await seedTemplates(act);
}

async function owner(db: Database, ownerToken: string): Promise<Viewer> {
  const viewer = await authenticate(db.tokenPool, `Bearer ${ownerToken}`);
  if (!viewer) throw new Error('The token just made is not accepted.');
  return viewer;
}
