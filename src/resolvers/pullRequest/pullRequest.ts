import { builder } from '../../schema/index.ts';
import { PullRequestState } from '../../schema/pullRequest/enum.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { keyOf } from '../../services/pullRequest/pullRequestLock.ts';
import { parseQualifiedRef } from '../../services/pullRequest/pullRequestRef.ts';

builder.prismaObjectFields('Organization', (t) => ({
  pullRequest: t.prismaField({
    type: PullRequest,
    nullable: true,
    description: 'One of the pull requests its sessions hold.',
    args: {
      ref: t.arg.string({
        required: true,
        description: 'Its URL, or `owner/repo#142` on github.com. Letter case does not matter.',
      }),
    },
    resolve: (query, organization, { ref }, { db }) => {
      const coordinates = parseQualifiedRef(ref);
      return (
        coordinates &&
        db.prisma.pullRequest.findFirst({
          ...query,
          where: { organizationId: organization.id, ...keyOf(coordinates) },
        })
      );
    },
  }),
  pullRequests: t.list({
    type: PullRequest,
    description: 'The pull requests its sessions hold, newest first.',
    args: { state: t.arg({ type: PullRequestState, description: 'Only those in this state.' }) },
    where: ({ id }, { state }) => ({ organizationId: id, state: state ?? undefined }),
  }),
}));
