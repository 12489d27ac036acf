import { AgentNotRunningError } from '../../errors.ts';
import { id } from '../../globalId.ts';
import { builder } from '../../schema/index.ts';
import { COMMON_ERRORS } from '../../schema/kit/error.ts';
import { mutationInput, payload } from '../../schema/kit/mutation.ts';
import { Token } from '../../schema/organization/token.ts';
import { type CreatedToken, createToken, createTokenInput } from '../../services/organization/createToken.ts';
import { type RevokedToken, revokeToken } from '../../services/organization/revokeToken.ts';
import { acting } from '../kit/act.ts';

const CreateTokenInput = mutationInput('CreateTokenInput', 'What `createToken` takes.', (t) => ({
  organizationId: t.id({ required: true, description: 'The one organization it is to work in.' }),
  userId: t.id({
    description: 'The person it acts for; the viewer without it. For others, OWNER and ADMIN only.',
  }),
  agentId: t.id({
    description:
      'The agent it acts for, in the place of a person. For OWNER and ADMIN, and for who hired the agent.',
  }),
  label: t.string({ required: true, description: 'What it is for, 1 to 100 characters.' }),
  expiresAt: t.field({ type: 'DateTime', description: 'When it stops to work by itself; never without it.' }),
}));

const CreateTokenPayload = payload<CreatedToken>(
  'CreateTokenPayload',
  'What `createToken` answers.',
  (t) => ({
    token: t.prismaField({
      type: Token,
      description: 'The new token.',
      resolve: (query, { tokenId }, _args, { db }) =>
        db.prisma.token.findUniqueOrThrow({ ...query, where: { id: tokenId } }),
    }),
    secret: t.string({
      nullable: true,
      description: 'What to send as `Authorization: Bearer <secret>`. Shown this once; null in a repetition.',
      resolve: ({ secret }) => secret,
    }),
  }),
);

builder.mutationField('createToken', (t) =>
  t.field({
    type: CreateTokenPayload,
    description:
      'Makes an API token. It acts with the role of its user, never above that of the viewer; or as an agent.',
    args: { input: t.arg({ type: CreateTokenInput, required: true, description: 'See its fields.' }) },
    errors: {
      types: [...COMMON_ERRORS, AgentNotRunningError],
      union: { description: 'What `createToken` comes to.' },
    },
    resolve: (_root, { input }, context) =>
      acting(
        context,
        'createToken',
        input,
        (act) =>
          createToken(act, {
            ...input,
            organizationId: id('Organization', input.organizationId),
            userId: input.userId == null ? undefined : id('User', input.userId),
            agentId: input.agentId == null ? undefined : id('Agent', input.agentId),
          }),
        createTokenInput,
      ),
  }),
);

const RevokeTokenInput = mutationInput('RevokeTokenInput', 'What `revokeToken` takes.', (t) => ({
  tokenId: t.id({ required: true, description: 'The token to revoke.' }),
}));

const RevokeTokenPayload = payload<RevokedToken>(
  'RevokeTokenPayload',
  'What `revokeToken` answers.',
  (t) => ({
    token: t.prismaField({
      type: Token,
      description: 'The revoked token.',
      resolve: (query, { tokenId }, _args, { db }) =>
        db.prisma.token.findUniqueOrThrow({ ...query, where: { id: tokenId } }),
    }),
  }),
);

builder.mutationField('revokeToken', (t) =>
  t.field({
    type: RevokeTokenPayload,
    description:
      'Revokes a token. Its requests are refused at once, its open subscriptions closed within a second. One’s own, and those of the agents one hired; those of others for OWNER and ADMIN. Twice is a no-op.',
    args: { input: t.arg({ type: RevokeTokenInput, required: true, description: 'See its fields.' }) },
    errors: { types: COMMON_ERRORS, union: { description: 'What `revokeToken` comes to.' } },
    resolve: (_root, { input }, context) =>
      acting(context, 'revokeToken', input, (act) =>
        revokeToken(act, { tokenId: id('Token', input.tokenId) }),
      ),
  }),
);
