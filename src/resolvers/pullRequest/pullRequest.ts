import type { PullRequestState as State } from '../../../prisma/client/enums.ts';
import { builder } from '../../schema/index.ts';
import { page } from '../../schema/kit/connection.ts';
import { PullRequestState } from '../../schema/kit/enum.ts';
import { PullRequest } from '../../schema/pullRequest/pullRequest.ts';
import { keyOf } from '../../services/pullRequest/pullRequestLock.ts';
import { parseQualifiedRef } from '../../services/pullRequest/pullRequestRef.ts';

const inState = (organizationId: string, state?: State | null) => ({
  organizationId,
  state: state ?? undefined,
});

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
  pullRequests: t.prismaConnection({
    type: PullRequest,
    cursor: 'id',
    description: 'The pull requests its sessions hold, newest first.',
    args: { state: t.arg({ type: PullRequestState, description: 'Only those in this state.' }) },
    totalCount: (organization, { state }, { db }) =>
      db.prisma.pullRequest.count({ where: inState(organization.id, state) }),
    resolve: (query, organization, { state }, { db }) =>
      db.prisma.pullRequest.findMany(page({ ...query, where: inState(organization.id, state) })),
  }),
}));
