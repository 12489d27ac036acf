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

/** TEMPLATE: an import created the item, and RECONCILE makes it equal to the document. RUNTIME: no import changes it. */
export type Source = 'TEMPLATE' | 'RUNTIME';
export type LiveSchedule = DocumentSchedule & { source: Source };
export type LiveChannel = DocumentChannel & { source: Source };

export type OrgImportAction = 'CREATED' | 'SKIPPED' | 'UPDATED' | 'MOVED' | 'REMOVED' | 'NOT_SPAWNED';

export type OrgImportPlan = {
  /** The SHA-256 hash of all effects, in hexadecimal. Plans with the same effects have the same hash. */
  hash: string;
  /**
   * The document's workspaces in its order, parents first; then every other live row in scope, parents first.
   * Carried out in this order, the items never create a cycle, never leave a live row below a removed one, and never put
   * two live rows of one name below one parent. Every place that is filled is vacant before the plan begins, so only
   * cycles depend on the order of moves.
   */
  items: OrgImportItem[];
  counts: OrgImportCounts;
};

/** The number of items with each action. `skipped` counts only workspaces of the document. */
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
  /** The names from the root: in the document for its workspaces, in the live tree for other rows. */
  path: string[];
  reason: string;
  /** The workspace in the document; null for a live row that has no place there. */
  node: DocumentWorkspace | null;
  /** The index in `items` of the document's parent; null for its roots, and for rows without a `node`. */
  parent: number | null;
  /** The id of the live row; null for CREATED, and for NOT_SPAWNED without a row. */
  workspaceId: string | null;
  /** The current parent of the live row; null for a root and when there is no row. */
  liveParentId: string | null;
  /** The fields in which row and document differ. UPDATED and MOVED set them; SKIPPED only reports them. */
  drift: FieldDrift[];
  /** For CREATED in MERGE: the id of a live row in scope with the same name at another place. Null when none exists. */
  duplicateOf: string | null;
};

export type FieldDrift = {
  /** `role`, `runtime`, `tier`, `model`, `plugins`, `spec.<key>`, `schedules.<name>` or `channels.<type>`. */
  field: string;
  /** Null when the row has none. */
  before: Json;
  /** Null when the document has none. For a schedule or channel that left the document, the value that disables it. */
  after: Json;
};
