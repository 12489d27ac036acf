/** The errors that belong to no single noun. */

import type { QuotaName } from '../../config/quotas.ts';
import type { InputIssue as Issue, OrgSourceIssue } from '../../errors/errors.ts';
import {
  IdempotencyConflictError,
  InvalidInputError,
  NotFoundError,
  QuotaExceededError,
  SlugTakenError,
} from '../../errors/errors.ts';
import { builder } from './builder.ts';
import { orNull } from './orNull.ts';
import { userError } from './userError.ts';

/** One type for both, because a client selects `issues` in one union of results. */
export const InputIssue = builder
  .objectRef<Issue & Partial<Omit<OrgSourceIssue, keyof Issue>>>('InputIssue')
  .implement({
    description: 'One rule that an input or an org file breaks.',
    fields: (t) => ({
      path: t.string({
        ...orNull('path'),
        description:
          'The input field that breaks the rule, as a dotted path from the input: `mergePolicy.terminateOnPrMerge`. In an org file, the place in the document: `workspaces[0].role`; null for the whole file.',
      }),
      message: t.exposeString('message', { description: 'The rule that the field breaks.' }),
      file: t.string({
        nullable: true,
        description:
          'The org file, from the root of its source; null for an input, and for a source as a whole.',
        resolve: ({ file }) => file || null,
      }),
      line: t.exposeInt('line', {
        nullable: true,
        description: 'The line in the org file, from 1; null for an input.',
      }),
      column: t.exposeInt('column', {
        nullable: true,
        description: 'The column in the org file, from 1; null for an input.',
      }),
    }),
  });

userError(InvalidInputError, {
  description: 'the input breaks one or more rules. Nothing was written.',
  fields: (t) => ({
    issues: t.expose('issues', {
      type: [InputIssue],
      description: 'All rules that the input breaks, not only the first.',
    }),
  }),
});

userError(NotFoundError, {
  description:
    'an id in the input names no object that the viewer may see. The error is the same whether the object does not exist, belongs to another organization, is of another type, or the value is not an id at all.',
  fields: (t) => ({
    field: t.string({
      description:
        'The input field whose value names no such object, as a dotted path from the input: `agentId`. For an object that vanished while the mutation ran, the field that led to it.',
      resolve: ({ field }) => field ?? '',
    }),
  }),
});

userError(IdempotencyConflictError, {
  description: 'the same idempotency key was used with another input within the last 24 hours.',
});

userError(SlugTakenError, {
  description: 'the slug is already in use.',
  fields: (t) => ({ slug: t.exposeString('slug', { description: 'The slug that is in use.' }) }),
});

const Quota = builder.enumType('Quota', {
  description:
    'A limit on what an organization has, or on what an agent writes. The server configures the quotas.',
  values: {
    AGENTS: { description: 'The agents of an organization that are not offboarded.' },
    TOKENS: { description: 'The tokens of an organization that are neither revoked nor expired.' },
    AGENT_MEMORIES: { description: "The keys in an agent's memory." },
    AGENT_MEMORY_BYTES: { description: "The bytes of the keys and values in an agent's memory." },
    AGENT_ACTIONS_PER_DAY: {
      description: 'The entries that `logAgentAction` adds for an agent in one day (UTC).',
    },
    AGENT_ACTION_BYTES_PER_DAY: { description: 'The bytes of these entries, with their metadata as JSON.' },
  } satisfies Record<QuotaName, object>,
});

userError(QuotaExceededError, {
  description: 'the mutation would exceed a quota of the organization or of the agent. Nothing was written.',
  fields: (t) => ({
    quota: t.expose('quota', { type: Quota, description: 'The quota.' }),
    limit: t.exposeInt('limit', { description: 'The limit of the quota.' }),
  }),
});
