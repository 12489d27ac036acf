import type { Prisma } from '../../prisma/client/client.ts';
import type { Config } from '../config/config.ts';
import type { Tx } from '../database/db.ts';
import { validate } from '../services/act/input.ts';
import { createTokenInput } from '../services/organization/createToken.ts';
import { issueToken } from '../services/organization/issueToken.ts';
import { revokeTokens } from '../services/organization/revokeTokens.ts';
import { findOrCreateUser, personInput } from '../services/organization/user.ts';
import { asciiLower } from '../value/asciiLower.ts';
import { parseGlobalId } from '../value/globalId.ts';
import { CommandError } from './commandError.ts';
import { asOperator, organizationOf } from './operator.ts';
import { tableLines, timeCell } from './table.ts';

const input = personInput.extend({ label: createTokenInput.shape.label });

export async function createTokenCommand(
  config: Config,
  options: { email: string; name?: string; label: string },
): Promise<void> {
  const secret = await asOperator(config, async (tx) => {
    const { email, name, label } = validate(input, options);
    if (name === undefined && !(await tx.user.findUnique({ where: { email } }))) {
      throw new CommandError(`There is no user ${email}. With --name, one is created.`);
    }
    const { id: userId } = await findOrCreateUser(tx, { email, name });
    return await issueToken(tx, { userId, label });
  });
  console.log(secret);
}

const HEADINGS = [
  'ID',
  'PREFIX',
  'ACTS FOR',
  'ORGANIZATION',
  'LABEL',
  'CREATED BY',
  'CREATED',
  'EXPIRES',
  'USED',
  'STATE',
];

export async function listTokensCommand(
  config: Config,
  { email, organization, all }: { email?: string; organization?: string; all?: boolean },
): Promise<void> {
  const tokens = await asOperator(config, async (tx) => {
    const now = new Date();
    return await tx.token.findMany({
      where: {
        user: email === undefined ? undefined : { email: asciiLower(email.trim()) },
        organizationId: organization === undefined ? undefined : (await organizationOf(tx, organization)).id,
        ...(all ? {} : { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] }),
      },
      include: { user: true, agent: true, organization: true, createdBy: true },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    });
  });
  if (tokens.length === 0) console.log('There are no such tokens.');
  else console.log(tableLines(HEADINGS, tokens.map(row)).join('\n'));
}

type ListedToken = Prisma.TokenGetPayload<{
  include: { user: true; agent: true; organization: true; createdBy: true };
}>;

function row({ user, agent, organization, createdBy, ...token }: ListedToken): string[] {
  return [
    token.id,
    token.prefix,
    user?.email ?? `agent ${agent?.name}`,
    organization?.slug ?? 'all',
    token.label,
    createdBy?.email ?? '-',
    timeCell(token.createdAt),
    timeCell(token.expiresAt),
    timeCell(token.lastUsedAt),
    stateOf(token),
  ];
}

function stateOf({ revokedAt, expiresAt }: Pick<ListedToken, 'revokedAt' | 'expiresAt'>): string {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt <= new Date() ? 'expired' : 'valid';
}

export async function revokeTokenCommand(config: Config, name: string): Promise<void> {
  const revoked = await asOperator(config, async (tx, author) => {
    const id = await tokenIdOf(tx, name);
    return await revokeTokens(tx, author, { id });
  });
  if (revoked.length === 0) console.log('It was revoked already.');
  else console.log(['Revoked:', ...revoked.map(({ prefix, label }) => `  ${prefix}  ${label}`)].join('\n'));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id of a token that is named by its id, by its global id, or by its prefix. */
async function tokenIdOf(tx: Tx, name: string): Promise<string> {
  const id = UUID.test(name) ? name : parseGlobalId(name)?.uuid;
  const found = await tx.token.findMany({
    where: id ? { id } : { prefix: name },
    select: { id: true },
    take: 2,
  });
  if (found.length > 1)
    throw new CommandError(`Several tokens begin with ${name}. Give the id, from "muster token list".`);
  if (!found[0])
    throw new CommandError(`There is no token ${JSON.stringify(name)}. "muster token list" lists them.`);
  return found[0].id;
}
