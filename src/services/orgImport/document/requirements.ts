import type { OrgDocument, RequirementLevel } from './document.ts';

export type Requirement = {
  /** One of these environment variables is needed; sorted. */
  anyOf: string[];
  level: RequirementLevel;
  /** The workspaces that need it, each by its names from the root; an empty path is the whole organization. */
  workspacePaths: string[][];
};

/** All that the document needs: each requirement once, required before recommended, single names before groups. */
export function requirementsOf(_document: OrgDocument): Requirement[] {
  throw new Error('not built yet');
}

/** The requirements that neither the names in `available` nor the source's own `.env` files meet. */
export function unmetRequirements(_document: OrgDocument, _available: Iterable<string>): Requirement[] {
  throw new Error('not built yet');
}
