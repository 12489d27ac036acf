import { builder } from '../kit/builder.ts';

export const RepoRef = builder.objectRef<{ owner: string; name: string }>('RepoRef').implement({
  description: 'Names a repository.',
  fields: (t) => ({
    owner: t.exposeString('owner', { description: 'The user or organization it belongs to.' }),
    name: t.exposeString('name', { description: 'Its name there.' }),
    nameWithOwner: t.string({
      description: '`owner/name`.',
      resolve: ({ owner, name }) => `${owner}/${name}`,
    }),
  }),
});

/** Options of a field that names the repository of a row. */
export const repoOfRow = {
  type: RepoRef,
  select: { repoOwner: true, repoName: true },
  resolve: ({ repoOwner, repoName }: { repoOwner: string; repoName: string }) => ({
    owner: repoOwner,
    name: repoName,
  }),
} as const;
