import type { Viewer } from '../../auth/viewer.ts';
import type { Database } from '../../database/db.ts';
import type { JsonObject } from './document/document.ts';
import { readLiveWorkspaces } from './liveWorkspaces.ts';
import { LiveTree } from './plan/liveTree.ts';
import type { LiveWorkspace } from './plan/plan.ts';
import { runInThread } from './thread.ts';

const WORKER = new URL('./writingWorker.ts', import.meta.url);

/**
 * Returns the live tree as one YAML document; null when no such organization or live workspace exists, or when the
 * viewer is not a member of the organization.
 * @param rootId the root of the exported subtree; null for the whole tree
 */
export async function exportOrg(
  { viewer, db }: { viewer: Viewer; db: Database },
  organizationId: string,
  rootId: string | null,
): Promise<string | null> {
  if (!viewer.roles.has(organizationId)) return null;
  const rows = await readLiveWorkspaces(db.prisma, organizationId);
  const workspaces = rootId === null ? rows : subtreeOf(rows, rootId);
  if (!workspaces) return null;
  const { name, spec } = await documentOf(db, organizationId, workspaces);
  return await runInThread<string>(WORKER, { name, spec, workspaces }, organizationId);
}

function subtreeOf(rows: LiveWorkspace[], rootId: string): LiveWorkspace[] | undefined {
  const root = rows.find(({ id }) => id === rootId);
  return root && [...new LiveTree(rows).subtree(root)];
}

/**
 * Returns the name of the document and its keys on the level of the organization. When imports of one document created
 * the workspaces, both come from its last import. Otherwise the document is named after the organization.
 */
async function documentOf(
  { prisma }: Database,
  organizationId: string,
  workspaces: readonly LiveWorkspace[],
): Promise<{ name: string; spec?: JsonObject }> {
  const names = new Set(workspaces.flatMap(({ importDocument }) => importDocument ?? []));
  const [name] = names;
  if (name === undefined || names.size > 1) {
    return await prisma.organization.findUniqueOrThrow({
      where: { id: organizationId },
      select: { name: true },
    });
  }
  const last = await prisma.orgImport.findFirst({
    where: { organizationId, name, status: 'COMPLETED' },
    orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
    select: { spec: true },
  });
  return { name, spec: (last?.spec ?? {}) as JsonObject };
}
