import type { Types } from '../../schema/kit/builder.ts';

type Fields = Pick<PothosSchemaTypes.ObjectFieldBuilder<Types, object>, 'arg'>;

/**
 * Options of a list that leaves archived objects out unless they are asked for.
 *
 * @param objects in words: `projects`
 */
export const archivable = (t: Fields, objects: string) => ({
  args: {
    archived: t.arg.boolean({
      required: true,
      defaultValue: false,
      description: `Whether to return archived ${objects} instead of live ones.`,
    }),
  },
  query: ({ archived }: { archived: boolean }) => ({
    where: { archivedAt: archived ? { not: null } : null },
  }),
});
