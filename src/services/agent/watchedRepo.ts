/** Which agent watches which repository. Of all agents that one person hired, at most one watches a repository. */
import { z } from 'zod';
import type { Agent } from '../../../prisma/client/client.ts';
import { isOwnAgent } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../database/db.ts';
import { RepoAlreadyWatchedError } from '../../errors/errors.ts';
import { type Act, perform } from '../act/act.ts';
import { repoKeyOf, repoName, validate } from '../act/input.ts';
import { assertRunning, holdAgent, visibleAgent } from './agent.ts';

export const watchRepoInput = z.object({ repo: repoName });

const watchResult = z.object({ watchedRepoId: z.guid() });
export type Watched = z.output<typeof watchResult>;

/**
 * Makes an agent watch a repository.
 * @throws AgentNotRunningError
 * @throws RepoAlreadyWatchedError
 */
export async function watchRepo(
  act: Act,
  { agentId, ...input }: { agentId: string } & z.input<typeof watchRepoInput>,
) {
  const { repo } = validate(watchRepoInput, input);
  const visible = await visibleAgent(act, agentId);
  const { organizationId } = visible;
  return await perform(act, {
    organizationId,
    result: watchResult,
    authorize: (viewer) => authorize(viewer, 'agent.watchRepo', organizationId, isOwnAgent(viewer, visible)),
    queue: () => [agentId],
    lock: (tx) => holdAgent(tx, agentId),
    async write(tx, { locked: agent }) {
      assertRunning(agent);
      return { watchedRepoId: await watch(tx, agent, repo) };
    },
  });
}

async function watch(
  tx: Tx,
  agent: Agent,
  { owner, name }: { owner: string; name: string },
): Promise<string> {
  const { organizationId, id: agentId, hiredById: userId } = agent;
  const { repoOwnerKey, repoNameKey } = repoKeyOf({ owner, name });
  for (;;) {
    // Waits for a transaction that is about to watch or release it.
    const [made] = await tx.$queryRaw<{ id: string }[]>`
      INSERT INTO watched_repo
        (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key)
      VALUES (${organizationId}::uuid, ${agentId}::uuid, ${userId}::uuid, ${owner}, ${name}, ${repoOwnerKey}, ${repoNameKey})
      ON CONFLICT (organization_id, user_id, repo_owner_key, repo_name_key) DO NOTHING
      RETURNING id`;
    if (made) return made.id;
    const existing = await tx.watchedRepo.findFirst({
      where: { organizationId, userId, repoOwnerKey, repoNameKey },
      include: { agent: true },
    });
    // Without a row it was released in between, and is free: insert again.
    if (existing) throw new RepoAlreadyWatchedError({ owner, name }, existing.agent);
  }
}

const unwatchResult = z.object({
  agentId: z.guid(),
  /** Null when the agent did not watch it. */
  releasedRepo: z.object({ id: z.guid(), owner: z.string(), name: z.string() }).nullable(),
});
export type Unwatched = z.output<typeof unwatchResult>;

/** Makes an agent stop watching a repository. No-op when it does not watch it. */
export async function unwatchRepo(
  act: Act,
  { agentId, ...input }: { agentId: string } & z.input<typeof watchRepoInput>,
) {
  const { repo } = validate(watchRepoInput, input);
  const visible = await visibleAgent(act, agentId);
  const { organizationId } = visible;
  return await perform(act, {
    organizationId,
    result: unwatchResult,
    authorize: (viewer) =>
      authorize(viewer, 'agent.unwatchRepo', organizationId, isOwnAgent(viewer, visible)),
    queue: () => [agentId],
    lock: (tx) => holdAgent(tx, agentId),
    async write(tx) {
      const { repoOwnerKey, repoNameKey } = repoKeyOf(repo);
      const [released] = await tx.$queryRaw<{ id: string; owner: string; name: string }[]>`
        DELETE FROM watched_repo
         WHERE agent_id = ${agentId}::uuid
           AND repo_owner_key = ${repoOwnerKey} AND repo_name_key = ${repoNameKey}
        RETURNING id, repo_owner AS owner, repo_name AS name`;
      return { agentId, releasedRepo: released ?? null };
    },
  });
}
