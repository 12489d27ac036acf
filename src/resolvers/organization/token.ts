import { AgentNotRunningError } from '../../errors.ts';
import { Token } from '../../schema/organization/token.ts';
import { createToken, createTokenInput } from '../../services/organization/createToken.ts';
import { revokeToken } from '../../services/organization/revokeToken.ts';
import { mutation } from '../kit/mutation.ts';

mutation('createToken', {
  description:
    'Makes an API token. It acts with the role of its user, never above that of the viewer; or as an agent.',
  input: (t) => ({
    organizationId: t.idOf('Organization', {
      required: true,
      description: 'The one organization it is to work in.',
    }),
    userId: t.idOf('User', {
      description: 'The person it acts for; the viewer without it. For others, OWNER and ADMIN only.',
    }),
    agentId: t.idOf('Agent', {
      description:
        'The agent it acts for, in the place of a person. For OWNER and ADMIN, and for who hired the agent.',
    }),
    label: t.string({ required: true, description: 'What it is for, 1 to 100 characters.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When it stops to work by itself; never without it.',
    }),
  }),
  schema: createTokenInput,
  errors: [AgentNotRunningError],
  act: createToken,
  payload: (t) => ({
    token: t.exposeNode('tokenId', { type: Token, description: 'The new token.' }),
    secret: t.exposeString('secret', {
      nullable: true,
      description: 'What to send as `Authorization: Bearer <secret>`. Shown this once; null in a repetition.',
    }),
  }),
});

mutation('revokeToken', {
  description:
    'Revokes a token. Its requests are refused at once, its open subscriptions closed within a second. One’s own, and those of the agents one hired; those of others for OWNER and ADMIN. Twice is a no-op.',
  input: (t) => ({
    tokenId: t.idOf('Token', { required: true, description: 'The token to revoke.' }),
  }),
  act: revokeToken,
  payload: (t) => ({
    token: t.exposeNode('tokenId', { type: Token, description: 'The revoked token.' }),
  }),
});
