/** The errors that are of no noun alone. */

import type { InputIssue as Issue } from '../../errors.ts';
import {
  ForbiddenError,
  IdempotencyConflictError,
  InvalidInputError,
  NotFoundError,
  SlugTakenError,
} from '../../errors.ts';
import { builder } from './builder.ts';
import { userError } from './userError.ts';

export const InputIssue = builder.objectRef<Issue>('InputIssue').implement({
  description: 'One thing that is wrong with an input.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'The field, dotted from the input: `label`.' }),
    message: t.exposeString('message', { description: 'What is wrong with it.' }),
  }),
});

userError(InvalidInputError, {
  description: 'the input breaks a rule of its shape. Nothing was written.',
  fields: (t) => ({
    issues: t.expose('issues', { type: [InputIssue], description: 'Everything that is wrong, at once.' }),
  }),
});

userError(NotFoundError, {
  description:
    'an id names nothing that the viewer may see. The same whether it does not exist, belongs to another organization, or is no id at all.',
});

userError(ForbiddenError, {
  description: 'the viewer sees it, but its role does not allow this.',
});

userError(IdempotencyConflictError, {
  description: 'the key was used within the last 24 hours with another input.',
});

userError(SlugTakenError, {
  description: 'another one has this slug.',
  fields: (t) => ({ slug: t.exposeString('slug', { description: 'The slug.' }) }),
});
