import { z } from 'zod';
import type { OrgSource } from './source/source.ts';

const MAX_ENVIRONMENT = 1_000;

const sourceFields = z.object({
  yaml: z.string().nullish(),
  files: z.array(z.object({ path: z.string(), content: z.string() })).nullish(),
  entry: z.string().nullish(),
  directory: z.string().nullish(),
});

const orgSource = sourceFields.transform(({ yaml, files, entry, directory }, ctx): OrgSource => {
  const fail = (message: string, ...path: string[]) => {
    ctx.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  };
  const given = [yaml, files, directory].filter((each) => each != null);
  if (given.length !== 1) return fail('must have exactly one of yaml, files and directory');
  if (files == null && entry != null) return fail('is only for files', 'entry');
  if (yaml != null) return { yaml };
  if (directory != null) return { directory };
  if (files == null || entry == null) return fail('must name the file that is the document', 'entry');
  return { files, entry };
});

export const importOrgInput = z.object({
  source: orgSource,
  mode: z.enum(['MERGE', 'RECONCILE']).default('MERGE'),
  environment: z
    .array(z.string().regex(/^[A-Za-z_]\w{0,127}$/, 'must be the name of an environment variable'))
    .max(MAX_ENVIRONMENT, `must have at most ${MAX_ENVIRONMENT} entries`)
    .nullish(),
  dryRun: z.boolean().default(false),
  expectedPlanHash: z.string().nullish(),
  maxRemovals: z.int().min(0).nullish(),
});

export type ImportOrgInput = z.output<typeof importOrgInput>;
