import { queryFromInfo } from '@pothos/plugin-prisma';
import { builder } from '../../schema/index.ts';
import { badInput } from '../../schema/kit/badInput.ts';
import { relatedList } from '../../schema/kit/list/relatedList.ts';
import { PullRequestState } from '../../schema/pullRequest/enum.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { keyOf } from '../../services/pullRequest/pullRequestLock.ts';
import { parseQualifiedRef } from '../../services/pullRequest/pullRequestRef.ts';
import { refreshIfOlder } from '../../services/pullRequest/refreshIfOlder.ts';

const MAX_AGE_SECONDS = 86_400;

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
      return await context.db.prisma.pullRequest.findUnique({ ...query, where: { id: stored.id } });
    },
  }),
  pullRequests: t.relatedConnection('pullRequests', {
    ...relatedList(),
    description: "The pull requests that the organization's sessions hold, newest first.",
    args: { state: t.arg({ type: PullRequestState, description: 'Only pull requests in this state.' }) },
    query: ({ state }) => ({ where: { state: state ?? undefined } }),
  }),
}));

const NONE = { id: { in: [] } };
