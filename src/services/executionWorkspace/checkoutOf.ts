/** What the runtime says about the checkout that it created for an execution workspace. */
import { LRUCache } from 'lru-cache';
import type { ExecutionWorkspace, Project } from '../../../prisma/client/client.ts';
import { createLimiter } from '../../load/limiter.ts';
import type { Checkout, CreatedCheckout } from '../port/checkout.ts';
import { type Runtime, RuntimeError } from '../port/runtime.ts';
import type { KnownCheckout } from './readinessRule.ts';

/** A page of a list asks about every checkout in it, and a board asks again with each change. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_CHECKOUTS = 1_000;
const INSPECTIONS_AT_ONCE = 4;

/** The columns that describe a checkout. */
export type CheckoutRow = Pick<
  ExecutionWorkspace,
  'id' | 'organizationId' | 'name' | 'path' | 'branch' | 'baseRef' | 'providerRef'
> & { project: Pick<Project, 'slug' | 'repoUrl'> };

const remembered = new LRUCache<string, Promise<KnownCheckout>>({
  max: REMEMBERED_CHECKOUTS,
  ttl: REMEMBERED_MS,
});
const limit = createLimiter(INSPECTIONS_AT_ONCE);

/** Null when it has no directory. */
export function checkoutOf(workspace: CheckoutRow): Checkout | null {
  return workspace.path === null ? null : { ...identityOf(workspace), path: workspace.path };
}

export function createdCheckoutOf(workspace: CheckoutRow, checkoutRef: string): CreatedCheckout {
  return { ...identityOf(workspace), checkoutRef };
}

function identityOf({ id, organizationId, name, branch, baseRef, project: { slug, repoUrl } }: CheckoutRow) {
  return { id, organizationId, name, branch, baseRef, project: { slug, repoUrl } };
}

/** Asks the runtime at this moment. Null when it created no checkout. */
export async function inspectCheckout(runtime: Runtime, workspace: CheckoutRow): Promise<KnownCheckout> {
  if (workspace.providerRef === null) return null;
  const checkout = createdCheckoutOf(workspace, workspace.providerRef);
  try {
    return await limit(workspace.organizationId, () => runtime.checkouts.inspect(checkout));
  } catch (error) {
    if (error instanceof RuntimeError) return 'UNKNOWN';
    throw error;
  }
}

/** Asks the runtime, or returns what it said a moment ago. */
export async function recallCheckout(runtime: Runtime, workspace: CheckoutRow): Promise<KnownCheckout> {
  const { id, providerRef } = workspace;
  if (providerRef === null) return null;
  const key = `${id} ${providerRef}`;
  const known = remembered.get(key);
  if (known) return await known;
  const asked = inspectCheckout(runtime, workspace);
  remembered.set(key, asked);
  // A bug is not remembered.
  asked.catch(() => remembered.delete(key));
  return await asked;
}
