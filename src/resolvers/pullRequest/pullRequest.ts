import type { InputShapeFromFields } from '@pothos/core';
import { queryFromInfo } from '@pothos/plugin-prisma';
import { builder } from '../../schema/index.ts';
import { badInput } from '../../schema/kit/badInput.ts';
import { byTimeAscending, type Order } from '../../schema/kit/list/order.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { PullRequestState } from '../../schema/pullRequest/enum.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { orderOfPullRequests, PullRequestOrder } from '../../schema/pullRequest/pullRequestOrder.ts';
import { repoKeyOf, repoName } from '../../services/act/input.ts';
import { keyOf } from '../../services/pullRequest/pullRequestLock.ts';
import { parseQualifiedRef } from '../../services/pullRequest/pullRequestRef.ts';
import { refreshIfOlder } from '../../services/pullRequest/refreshIfOlder.ts';

const MAX_AGE_SECONDS = 86_400;

const LONGEST_ORPHANED: Order = { name: 'ORPHANED', by: [byTimeAscending('since', 'orphan')] };

/** The arguments of the lists of pull requests, of an organization and of a project. */
const ARGS = builder.args((t) => ({
  states: t.field({ type: [PullRequestState], description: 'Only pull requests in one of these states.' }),
  sessionId: t.idOf('Session', { description: 'Only pull requests that this session holds.' }),
  agentId: t.idOf('Agent', { description: 'Only pull requests that a session of this agent holds.' }),
  repo: t.string({
    description: 'Only pull requests of this repository, `owner/name`. Letter case does not matter.',
  }),
  author: t.string({
    description: 'Only pull requests that the account with exactly this login opened.',
  }),
  orderBy: t.field({
    type: PullRequestOrder,
    required: true,
    defaultValue: 'CREATED_AT',
    description: 'The order of the list.',
  }),
}));

const LIST = relatedList(orderOfPullRequests);

builder.prismaObjectFields('Organization', (t) => ({
  pullRequest: t.field({
    type: PullRequest,
    nullable: true,
    description:
      'The pull request with a reference, if a session of the organization holds it; otherwise null.',
    args: {
      ref: t.arg.string({
        required: true,
        description:
          'The pull request, in a form that `claimPR` takes: its URL, also of a page of the pull request, or `owner/repo#142` for one on github.com. The letter case of host, owner and repository does not matter. A bare number names no repository, and the result is null.',
      }),
      maxAgeSeconds: t.arg.int({
        description: `The greatest age of the facts, 1 to ${MAX_AGE_SECONDS} seconds. Older ones are fetched from the host again, at most once in that time for all readers together. When the host does not answer, the stored facts are returned, and \`observedAt\` tells their age. Default: the stored facts of any age.`,
      }),
    },
    select: ({ ref }, _context, nested) => {
      const coordinates = parseQualifiedRef(ref);
      return { pullRequests: nested({ where: coordinates ? keyOf(coordinates) : NONE, take: 1 }) };
    },
    async resolve({ pullRequests: [stored] }, { maxAgeSeconds }, context, info) {
      if (maxAgeSeconds == null) return stored ?? null;
      if (maxAgeSeconds < 1 || maxAgeSeconds > MAX_AGE_SECONDS) {
        throw badInput(`maxAgeSeconds must be from 1 to ${MAX_AGE_SECONDS}.`);
      }
      if (!stored) return null;
      await refreshIfOlder(context, stored.id, maxAgeSeconds);
      const query = queryFromInfo({ context, info });
      return await context.db.reads.pullRequest.findFirst({ ...query, where: { id: stored.id } });
    },
  }),
  orphanedPullRequests: t.relatedConnection('pullRequests', {
    ...relatedList(LONGEST_ORPHANED),
    description:
      'The open pull requests that no live session holds, because their session ended or released them. The longest orphaned first.',
    args: {
      projectId: t.arg.idOf('Project', { description: 'Only pull requests of this project.' }),
    },
    query: ({ projectId }) => ({
      where: { orphan: { isNot: null, is: { projectId: projectId ?? undefined } } },
    }),
  }),
  pullRequests: t.relatedConnection('pullRequests', {
    ...LIST,
    description:
      "The pull requests that the organization's sessions hold or have held. Newest first by default.",
    args: {
      projectId: t.arg.idOf('Project', {
        description: 'Only pull requests of this project, including released ones.',
      }),
      ...ARGS,
    },
    query: (args) => ({ where: pullRequestsWhere(args) }),
  }),
}));

builder.prismaObjectFields('Project', (t) => ({
  pullRequests: t.relatedConnection('pullRequests', {
    ...LIST,
    description: 'The pull requests of the project, including released ones. Newest first by default.',
    args: ARGS,
    query: (args) => ({ where: pullRequestsWhere(args) }),
  }),
}));

type PullRequestFilter = InputShapeFromFields<typeof ARGS> & { projectId?: string | null };

function pullRequestsWhere({ states, projectId, sessionId, agentId, repo, author }: PullRequestFilter) {
  return {
    state: states ? { in: states } : undefined,
    projectId: projectId ?? undefined,
    sessionId: sessionId ?? undefined,
    session: agentId == null ? undefined : { agentId },
    author: author ?? undefined,
    ...(repo == null ? {} : repoKeyOf(repoFilter(repo))),
  };
}

const NONE = { id: { in: [] } };

/** @throws BAD_USER_INPUT when no repository has such a name */
function repoFilter(text: string): { owner: string; name: string } {
  const { data } = repoName.safeParse(text);
  if (!data) throw badInput('`repo` must be `owner/name`.');
  return data;
}
