import { canRevokeToken } from '../../services/organization/tokenRule.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';

export const Token = builder.prismaNode('Token', {
  id: { field: 'id' },
  description: 'An API token. Only a hash of its secret is kept.',
  fields: (t) => ({
    user: t.relation('user', {
      nullable: true,
      description: 'The person it acts for; null when it is an agent’s.',
    }),
    agent: t.relation('agent', {
      nullable: true,
      description: 'The agent it acts for; null when it is a person’s.',
    }),
    label: t.exposeString('label', { description: 'What it is for, in its maker’s words.' }),
    prefix: t.exposeString('prefix', {
      description: 'The first characters of the secret, to tell tokens apart.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it stops to work by itself; null: never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null: never.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked; null while it is good.',
    }),
    viewerCanRevoke: t.boolean({
      description: 'Whether the viewer may revoke it, and it is not revoked yet.',
      select: {
        organizationId: true,
        userId: true,
        revokedAt: true,
        agent: { select: { id: true, hiredById: true } },
        user: {
          select: {
            memberships: { where: { removedAt: null }, select: { organizationId: true, role: true } },
          },
        },
      },
      resolve({ user, ...token }, _args, { viewer }) {
        const membership = user?.memberships.find((each) => each.organizationId === token.organizationId);
        return canRevokeToken(viewer, token, membership?.role);
      },
    }),
  }),
});

liveNoun('Token', {
  changes: {
    TOKEN_CREATED: 'A token was made.',
    TOKEN_UPDATED: 'A public field of a token changed.',
    TOKEN_ARCHIVED: 'A token was revoked.',
  },
});
