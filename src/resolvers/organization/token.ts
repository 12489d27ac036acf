import { AgentNotRunningError, QuotaExceededError } from '../../errors.ts';
import { Token } from '../../schema/organization/token.ts';
import { createToken, createTokenInput } from '../../services/organization/createToken.ts';
import { revokeToken } from '../../services/organization/revokeToken.ts';
import { mutation } from '../kit/mutation.ts';

mutation('createToken', {
  description:
    "Creates an API token for a person or an agent. The token works in one organization. A person's token acts with that person's role, which must not be above the viewer's. OWNER and ADMIN can create tokens for members and agents; a MEMBER can create them for itself and for the agents it hired. Refused with QUOTA_EXCEEDED when the organization has too many tokens.",
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
      description: 'When the token expires. Without it, the token does not expire.',
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
    'Revokes a token. Requests with it are refused at once, and its open subscriptions close within one second. Revoking a revoked token changes nothing. OWNER and ADMIN can revoke every token; a MEMBER can revoke its own and those of the agents it hired. The token of an OWNER can be revoked only by an OWNER.',
  input: (t) => ({
    tokenId: t.idOf('Token', { required: true, description: 'The token to revoke.' }),
  }),
  act: revokeToken,
  payload: (t) => ({
    token: t.exposeNode('tokenId', { type: Token, description: 'The revoked token.' }),
  }),
});
