import type {
  DocumentChannel,
  DocumentSchedule,
  DocumentWorkspace,
  Json,
  JsonObject,
} from '../document/document.ts';

export type OrgImportMode = 'MERGE' | 'RECONCILE';

/** A workspace of the organization that is not REMOVED. */
export type LiveWorkspace = {
  id: string;
  parentId: string | null;
  name: string;
  role: string | null;
  runtime: string;
  tier: number;
  model: string | null;
  plugins: string[];
  spec: JsonObject;
  /** The name of the document whose import made the row; null when no import made it. */
  importDocument: string | null;
  schedules: LiveSchedule[];
  channels: LiveChannel[];
};

/** TEMPLATE: an import made it, and RECONCILE keeps it equal to the document. RUNTIME: no import touches it. */
export type Source = 'TEMPLATE' | 'RUNTIME';
export type LiveSchedule = DocumentSchedule & { source: Source };
export type LiveChannel = DocumentChannel & { source: Source };

export type OrgImportAction = 'CREATED' | 'SKIPPED' | 'UPDATED' | 'MOVED' | 'REMOVED' | 'NOT_SPAWNED';

export type OrgImportPlan = {
  /** SHA-256, in hexadecimal, of all that would be done. Equal plans have equal hashes. */
  hash: string;
  /**
   * The document's workspaces in its order, parents first; then each other live row in scope, parents first.
   * Done one after another in this order, they never make a cycle, never leave a live row under a removed one, and
   * never put two live rows of one name under one parent. Places that are filled are vacant before the plan begins, so
   * only cycles depend on the order of moves.
   */
  items: OrgImportItem[];
  counts: OrgImportCounts;
};

/** Each counts items of its action; `skipped` counts only the workspaces of the document. */
export type OrgImportCounts = {
  created: number;
  skipped: number;
  updated: number;
  moved: number;
  removed: number;
  notSpawned: number;
};

export type OrgImportItem = {
  action: OrgImportAction;
  name: string;
  /** Names from the root: in the document for its workspaces, in the live tree for other rows. */
  path: string[];
  reason: string;
  /** What the document asks for; null for a live row that the document does not hold at this place. */
  node: DocumentWorkspace | null;
  /** The index in `items` of the document's parent; null for its roots, and for rows without a `node`. */
  parent: number | null;
  /** The live row; null for what is CREATED, and for what is NOT_SPAWNED and has no row. */
  workspaceId: string | null;
  /** The live parent of the row now; null for roots and where there is no row. */
  liveParentId: string | null;
  /** Template-owned fields in which row and document differ. UPDATED and MOVED apply them; SKIPPED only reports. */
  drift: FieldDrift[];
  /** CREATED in MERGE: the id of a live row in scope that bears the same name at another place. */
  duplicateOf: string | null;
};

export type FieldDrift = {
  /** `role`, `runtime`, `tier`, `model`, `plugins`, `spec.<key>`, `schedules.<name>` or `channels.<type>`. */
  field: string;
  /** Null when the row has none. */
  before: Json;
  /** Null when the document has none. A schedule or channel that left the document is disabled, not deleted. */
  after: Json;
};
