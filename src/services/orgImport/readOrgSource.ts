import type { OrgDocument } from './document/document.ts';
import type { OrgSource } from './source/source.ts';

export type ReadOptions = {
  /** The templates directory, for `directory` sources; null when none is configured. */
  root: string | null;
};

/**
 * Reads and checks a source, in a worker thread with limits on time and memory.
 * @throws InvalidOrgSourceError with every problem there is
 */
export async function readOrgSource(_source: OrgSource, _options: ReadOptions): Promise<OrgDocument> {
  throw new Error('not built yet');
}
