import { z } from 'zod';
import { isOwnAgent } from '../../auth/own.ts';
import { authorize } from '../../auth/policy.ts';
import { type Act, perform } from '../act/act.ts';
import { repoKeyOf, repoName, validate } from '../act/input.ts';
import { assertNotEnded, holdAgent, visibleAgent } from './agent.ts';

/** The largest value of PostgreSQL's `integer`. */
const MAX_NUMBER = 2 ** 31 - 1;

export const recordReviewedPRInput = z.object({
  repo: repoName,
  number: z.int().min(1, 'must be at least 1').max(MAX_NUMBER, `must be at most ${MAX_NUMBER}`),
});

const result = z.object({
  agentId: z.guid(),
  reviewedPullRequestId: z.guid(),
  /** The agent that had reviewed it before; null for a first review. */
  alreadyReviewedById: z.guid().nullable(),
});
export type RecordedReview = z.output<typeof result>;

/**
 * Records that an agent reviewed a pull request, once for all agents that the same person hired. The second agent gets
 * the first one's record.
 * @throws AgentNotRunningError
 */
export async function recordReviewedPR(
  act: Act,
  { agentId, ...input }: { agentId: string } & z.input<typeof recordReviewedPRInput>,
) {
  const { repo, number } = validate(recordReviewedPRInput, input);
  const visible = await visibleAgent(act, agentId);
  const { organizationId, hiredById: userId } = visible;
  return await perform(act, {
    organizationId,
    result,
    authorize: (viewer) =>
      authorize(viewer, 'agent.recordReview', organizationId, isOwnAgent(viewer, visible)),
    queue: () => [agentId],
    lock: (tx) => holdAgent(tx, agentId),
    async write(tx, { locked: agent }) {
      assertNotEnded(agent);
      const key = repoKeyOf(repo);
      // Waits for a transaction that is inserting the same review.
      const [made] = await tx.$queryRaw<{ id: string }[]>`
        INSERT INTO reviewed_pull_request
          (organization_id, agent_id, user_id, repo_owner, repo_name, repo_owner_key, repo_name_key, number)
        VALUES (${organizationId}::uuid, ${agentId}::uuid, ${userId}::uuid,
                ${repo.owner}, ${repo.name}, ${key.repoOwnerKey}, ${key.repoNameKey}, ${number})
        ON CONFLICT (organization_id, user_id, repo_owner_key, repo_name_key, number) DO NOTHING
        RETURNING id`;
      if (made) return { agentId, reviewedPullRequestId: made.id, alreadyReviewedById: null };
      const first = await tx.reviewedPullRequest.findFirstOrThrow({
        where: { organizationId, userId, ...key, number },
      });
      return { agentId, reviewedPullRequestId: first.id, alreadyReviewedById: first.agentId };
    },
  });
}
