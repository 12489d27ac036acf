import { visibleTokens } from '../../auth/visibleTokens.ts';
import { canRevokeToken } from '../../services/organization/tokenRule.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { builder } from '../kit/builder.ts';

export const Token = builder.prismaNode('Token', {
  sharedBy: 'MEMBERS',
  select: {},
  id: { field: 'id' },
  visible: visibleTokens,
  description:
    'An API token of a person or an agent. Muster stores only a hash of its secret. A token has at most the rights of the token that it was made with, expires no later, and is revoked with it.',
  fields: (t) => ({
    user: t.relation('user', {
      nullable: true,
      description: "The person that the token acts for; null for an agent's token.",
    }),
    agent: t.relation('agent', {
      nullable: true,
      description: "The agent that the token acts for; null for a person's token.",
    }),
    organization: t.relation('organization', {
      nullable: true,
      description:
        "The only organization that the token works in; null for a token that works in all of the person's organizations. Only the person sees such a token, and only through one.",
    }),
    createdBy: t.relation('createdBy', {
      nullable: true,
      description:
        'The person who created the token; null when Muster created it for the container of an agent, and when the operator created it on the command line.',
    }),
    label: t.exposeString('label', { description: 'The purpose of the token, as written by its creator.' }),
    prefix: t.exposeString('prefix', {
      description: 'The first characters of the secret, which tell tokens apart.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the token was created.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the token expires; null when it does not expire.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the token was last used, to the minute; null when it was never used.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the token was revoked; null when it is not revoked.',
    }),
    viewerCanRevoke: t.boolean({
      sharedBy: null,
      description: 'Whether the viewer may revoke the token, and the token is not revoked yet.',
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
    TOKEN_CREATED: 'A token was created.',
    TOKEN_UPDATED: 'A public field of a token changed.',
    TOKEN_ARCHIVED: 'A token was revoked.',
  },
});
