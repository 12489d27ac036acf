import { builder } from '../kit/builder.ts';

export const RepoRef = builder.objectRef<{ owner: string; name: string }>('RepoRef').implement({
  sharedBy: 'MEMBERS',
  description: 'The name of a repository.',
  fields: (t) => ({
    owner: t.exposeString('owner', {
      description: 'The user or organization on the host that owns the repository.',
    }),
    name: t.exposeString('name', { description: 'The name of the repository, without its owner.' }),
    nameWithOwner: t.string({
      description: 'The full name of the repository, `owner/name`.',
      resolve: ({ owner, name }) => `${owner}/${name}`,
    }),
  }),
});

/** Options of a field that returns the repository of a row. */
export const repoOfRow = {
  type: RepoRef,
  select: { repoOwner: true, repoName: true },
  resolve: ({ repoOwner, repoName }: { repoOwner: string; repoName: string }) => ({
    owner: repoOwner,
    name: repoName,
  }),
} as const;
