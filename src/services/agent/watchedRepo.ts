/** Which agent hears of which repository: of each person's agents, one at most. */
import { z } from 'zod';
import type { Agent } from '../../../prisma/client/client.ts';
import { isOwnAgent } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import type { Tx } from '../../db.ts';
import { RepoAlreadyWatchedError } from '../../errors.ts';
import { type Act, perform } from '../act/act.ts';
import { repoName, validate } from '../act/input.ts';
import { assertRunning, holdAgent, visibleAgent } from './agent.ts';

export const watchRepoInput = z.object({ repo: repoName });

/**
 * Has an agent watch a repository.
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
  return await perform<{ watchedRepoId: string }, Agent>(act, {
    organizationId,
    may: (viewer) => authorize(viewer, 'agent.watchRepo', organizationId, isOwnAgent(viewer, visible)),
    lock: (tx) => holdAgent(tx, agentId),
    async work(tx, agent) {
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
  for (;;) {
    // Waits for whoever is about to watch it, or to release it.
    const [made] = await tx.$queryRaw<{ id: string }[]>`
      INSERT INTO watched_repo
        (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key)
      VALUES (${organizationId}::uuid, ${agentId}::uuid, ${userId}::uuid, ${owner}, ${name}, lower(${owner}), lower(${name}))
      ON CONFLICT (organization_id, user_id, repo_owner_key, repo_name_key) DO NOTHING
      RETURNING id`;
    if (made) return made.id;
    const existing = await tx.watchedRepo.findFirst({
      where: { organizationId, userId, repoOwnerKey: owner.toLowerCase(), repoNameKey: name.toLowerCase() },
      include: { agent: true },
    });
    // Released in between: now it is free.
    if (existing) throw new RepoAlreadyWatchedError({ owner, name }, existing.agent);
  }
}

/** Has an agent watch a repository no more. One that it does not watch stays unwatched. */
export async function unwatchRepo(
  act: Act,
  { agentId, ...input }: { agentId: string } & z.input<typeof watchRepoInput>,
) {
  const { repo } = validate(watchRepoInput, input);
  const visible = await visibleAgent(act, agentId);
  const { organizationId } = visible;
  return await perform<{ agentId: string; releasedRepo: { owner: string; name: string } | null }, Agent>(
    act,
    {
      organizationId,
      may: (viewer) => authorize(viewer, 'agent.unwatchRepo', organizationId, isOwnAgent(viewer, visible)),
      lock: (tx) => holdAgent(tx, agentId),
      async work(tx) {
        const [released] = await tx.$queryRaw<{ owner: string; name: string }[]>`
        DELETE FROM watched_repo
         WHERE agent_id = ${agentId}::uuid
           AND repo_owner_key = lower(${repo.owner}) AND repo_name_key = lower(${repo.name})
        RETURNING repo_owner AS owner, repo_name AS name`;
        return { agentId, releasedRepo: released ?? null };
      },
    },
  );
}
