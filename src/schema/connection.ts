/** What the plugins leave open about lists: what `totalCount` is, and which pages make no sense. */
import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { Context } from '../context.ts';
import { badInput } from './badInput.ts';

type PageArgs = { first?: number; last?: number; after?: string; before?: string };

/** A cursor of the Prisma plugin's: `GPC:` and the row's id, as a string. */
const CURSOR = /^GPC:S:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** To be called once, with the finished schema. */
export function finishConnections(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    const fields = type.getFields();
    if (fields.totalCount && fields.pageInfo) {
      fields.totalCount.description ??= 'How many there are in all, on whatever page.';
    }
    for (const field of Object.values(fields)) {
      if (field.args.some(({ name }) => name === 'before')) guard(field);
    }
  }
  return schema;
}

/** Checks a list's arguments before anything is read: the Prisma plugin reads the list with its parent. */
function guard(field: GraphQLField<unknown, Context>): void {
  const { resolve } = field;
  const { pothosPrismaSelect: select } = field.extensions;
  if (typeof select === 'function') {
    field.extensions = {
      ...field.extensions,
      pothosPrismaSelect(args: PageArgs, ...rest: unknown[]) {
        check(args);
        return select(args, ...rest);
      },
    };
  }
  field.resolve = (parent, args, context, info) => {
    check(args);
    return resolve?.(parent, args, context, info);
  };
}

function check({ first, last, after, before }: PageArgs): void {
  if (first != null && last != null) throw badInput('Ask for `first` or for `last`, not for both.');
  for (const cursor of [after, before]) {
    if (cursor != null && !CURSOR.test(Buffer.from(cursor, 'base64').toString())) {
      throw badInput('The cursor is not one of this list.');
    }
  }
}
