/** The demo organization: an afternoon of a team, which a person who just started Muster finds in it. */
import { randomUUID } from 'node:crypto';
import { newSecret } from '../src/auth/secret.ts';
import type { Viewer } from '../src/auth/viewer.ts';
import { DEFAULT_QUOTAS } from '../src/config/quotas.ts';
import type { Database, Tx } from '../src/database/db.ts';
import { noRuntime } from '../src/runtime/none.ts';
import { issueToken } from '../src/services/organization/issueToken.ts';
import { insertOrganization } from '../src/services/organization/organization.ts';
import { createUser } from '../src/services/organization/user.ts';
import type { JobQueue } from '../src/services/port/job.ts';
import type { PullRequestSource } from '../src/services/port/pullRequestSource.ts';
import { grantRepositories } from '../src/services/repositoryGrant/repositoryGrant.ts';
import { type Acts, seedAfternoon } from './demo/afternoon.ts';
import { demoId } from './demo/id.ts';
import { insertMembers, OWNER } from './demo/people.ts';
import { seedTemplates } from './demo/template/template.ts';
import { seedVocabulary } from './demo/vocabulary.ts';
import { agentNumber, insertWorkforce } from './demo/workforce.ts';

export type SeedOptions = {
  /** The secret of the owner's token; a random one without it. */
  ownerToken?: string;
  pullRequestSource: PullRequestSource;
  /** Whether the source has the demo's pull requests, so that sessions can claim them. */
  hasDemoPullRequests: boolean;
  /** Called with the token before the commit, so that no seeded database is without a known token. */
  keepToken?: (token: string) => Promise<void>;
};

const SEEDER = { kind: 'SYSTEM', id: null, name: 'seed' } as const;
const TIMEOUT_MS = 120_000;
/** Longer than another process takes to seed. */
const LOCK_TIMEOUT = '60s';
/** The agents' tokens have the numbers from 1. */
const OWNER_TOKEN = demoId('Token', 0);

/**
 * Seeds an empty database, and returns the owner's token. Undefined when the database is not empty: then nothing is
 * done. All of it is one transaction, so that a seed that fails leaves nothing behind. Of several processes that seed at
 * the same time, one does it, and the others find a database that is not empty.
 */
export async function seed(db: Database, options: SeedOptions): Promise<string | undefined> {
  const ownerToken = options.ownerToken ?? newSecret();
  return await db.transact({ actor: SEEDER, requestId: null, timeoutMs: TIMEOUT_MS }, async (tx) => {
    await tx.$executeRaw`SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`;
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('muster.seed', 0))`;
    if ((await tx.user.count()) > 0) return undefined;
    await seedDemo(tx, within(tx, db), options, ownerToken);
    await options.keepToken?.(ownerToken);
    return ownerToken;
  });
}

async function seedDemo(tx: Tx, db: Database, options: SeedOptions, ownerToken: string): Promise<void> {
  const organizationId = demoId('Organization');
  const owner = await createUser(tx, OWNER);
  await issueToken(tx, { id: OWNER_TOKEN, userId: owner.id, label: 'demo', secret: ownerToken });
  await insertOrganization(tx, { id: organizationId, slug: 'demo', name: 'Demo', ownerId: owner.id });
  // The demo is the operator's own organization: its owner's token is printed to the operator.
  await grantRepositories(tx, { viewer: SEEDER, requestId: null }, organizationId, ['*']);
  const people = await insertMembers(tx, organizationId, owner.id);
  await insertWorkforce(tx, { viewer: SEEDER, requestId: null }, people);

  const acts: Acts = async (agent) => ({
    viewer: agent == null ? await ownerViewer(tx, owner.id) : agentViewer(agent),
    requestId: randomUUID(),
    db,
    pullRequestSource: options.pullRequestSource,
    jobs: NO_JOBS,
    runtime: noRuntime(),
    quotas: DEFAULT_QUOTAS,
  });
  await seedAfternoon(tx, acts, options.hasDemoPullRequests);
  await seedVocabulary(acts, organizationId);
  await seedTemplates(acts);
}

/** With the roles of this moment: the first acts create the organizations that the others need. */
async function ownerViewer(tx: Tx, ownerId: string): Promise<Viewer> {
  const memberships = await tx.membership.findMany({ where: { userId: ownerId, removedAt: null } });
  return {
    kind: 'USER',
    id: ownerId,
    tokenId: OWNER_TOKEN,
    name: OWNER.name,
    email: OWNER.email,
    organizationId: null,
    roles: new Map(memberships.map(({ organizationId, role }) => [organizationId, role])),
  };
}

function agentViewer(name: string): Viewer {
  const number = agentNumber(name);
  const organizationId = demoId('Organization');
  return {
    kind: 'AGENT',
    id: demoId('Agent', number),
    tokenId: demoId('Token', number),
    name,
    email: null,
    organizationId,
    roles: new Map([[organizationId, 'AGENT']]),
  };
}

/**
 * No agent of the demo has a container that a job would have to start. Its pull requests are as its file has them, so that
 * asking again for what they lack finds nothing new.
 */
const NO_JOBS: JobQueue = {
  async enqueue(_tx, { name }) {
    if (name !== 'pullRequest.refresh') throw new Error('The demo leaves no job behind.');
  },
  async enqueueAll(_tx, _name, jobs) {
    if (jobs.length > 0) throw new Error('The demo leaves no job behind.');
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
