import { visibleTokens } from '../../auth/visibleTokens.ts';
import { AgentNotRunningError, QuotaExceededError } from '../../errors/errors.ts';
import { builder } from '../../schema/index.ts';
import { Token } from '../../schema/organization/token.ts';
import { Viewer } from '../../schema/organization/viewer.ts';
import { createToken, createTokenInput } from '../../services/organization/createToken.ts';
import { revokeToken } from '../../services/organization/revokeToken.ts';
import { mutation } from '../kit/mutation.ts';

builder.objectFields(Viewer, (t) => ({
  tokens: t.list({
    type: Token,
    description:
      'The tokens that act for the viewer and that it may see, newest first, including revoked ones. Those that work in all of a person’s organizations are listed only for such a token. `revokeToken` revokes them.',
    where: (viewer) => ({
      AND: [visibleTokens(viewer), viewer.kind === 'AGENT' ? { agentId: viewer.id } : { userId: viewer.id }],
    }),
  }),
}));

mutation('createToken', {
  description:
    "Creates an API token for a person or an agent. The token works in one organization, and is revoked with the viewer's own token. A person's token acts with that person's role, which must not be above the viewer's. OWNER and ADMIN can create tokens for members and agents; a MEMBER can create them for itself and for the agents it hired. Refused with QUOTA_EXCEEDED when the organization has too many tokens.",
  input: (t) => ({
    organizationId: t.idOf('Organization', {
      required: true,
      description: 'The only organization that the token works in.',
    }),
    userId: t.idOf('User', {
      description:
        'The person that the token acts for. Without `userId` and `agentId`, the viewer. Only an OWNER or ADMIN can create a token for another person.',
    }),
    agentId: t.idOf('Agent', {
      description:
        'The agent that the token acts for, instead of a person. It must not be STOPPED or in ERROR. Allowed for OWNER and ADMIN, and for the person who hired the agent.',
    }),
    label: t.string({ required: true, description: 'The purpose of the token, 1 to 100 characters.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description:
        "When the token expires. Without it, the token does not expire. It never outlives the viewer's own token: a later time becomes the time at which that one expires.",
    }),
  }),
  schema: createTokenInput,
  errors: [AgentNotRunningError, QuotaExceededError],
  act: createToken,
  payload: (t) => ({
    token: t.exposeNode('tokenId', { type: Token, description: 'The new token.' }),
    secret: t.exposeString('secret', {
      nullable: true,
      description:
        'The secret, to be sent as `Authorization: Bearer <secret>`. It is returned only once. Null when an idempotency key repeats the mutation.',
    }),
  }),
});

mutation('revokeToken', {
  description:
    'Revokes a token. Requests with it are refused at once, and its open subscriptions close within one second. The tokens that were created with it are revoked, too. Revoking a revoked token changes nothing. A person can revoke its tokens that work in all of its organizations, with such a token. OWNER and ADMIN can revoke every token; a MEMBER can revoke its own and those of the agents it hired. The token of an OWNER can be revoked only by an OWNER.',
  input: (t) => ({
    tokenId: t.idOf('Token', { required: true, description: 'The token to revoke.' }),
  }),
  act: revokeToken,
  payload: (t) => ({
    token: t.exposeNode('tokenId', { type: Token, description: 'The revoked token.' }),
  }),
});
