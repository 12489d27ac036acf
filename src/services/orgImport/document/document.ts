import type { OrgSourceIssue } from '../../../errors/errors.ts';

/** An org file as plain data, with includes, defaults and overrides resolved. */
export type OrgDocument = {
  name: string;
  /** Every key of the organization level except `name` and `workspaces`, as the file gives it. */
  spec: JsonObject;
  /** The roots, in the order of the file. */
  workspaces: DocumentWorkspace[];
  /** As written, one for each entry of a file; `requirementsOf` removes duplicates and sorts. */
  requirements: RequirementEntry[];
  /** The names of the variables in the document's own `.env` file. The values of such files are never kept. */
  provided: string[];
  warnings: OrgSourceIssue[];
};

export type DocumentWorkspace = {
  name: string;
  role: string | null;
  runtime: string;
  tier: number;
  model: string | null;
  plugins: string[];
  schedules: DocumentSchedule[];
  channels: DocumentChannel[];
  /**
   * The keys of the workspace that have no field here, by their names in the file. Defaults are applied, and prompt files
   * are replaced by their text. Unknown keys are kept as they are.
   */
  spec: JsonObject;
  /** False for a workspace with `spawning: false`, and for everything below it. */
  spawning: boolean;
  /** The place of the workspace in its file. */
  place: Place;
  children: DocumentWorkspace[];
};

export type DocumentSchedule = {
  /** Unique in its workspace. */
  name: string;
  cronExpr: string;
  timezone: string;
  prompt: string;
  enabled: boolean;
};

export type DocumentChannel = {
  /** Unique in its workspace. */
  type: string;
  config: JsonObject;
  allowedUsers: string[];
  enabled: boolean;
};

export type RequirementLevel = 'REQUIRED' | 'RECOMMENDED';

/** One entry of a `required_env` or `recommended_env` list. */
export type RequirementEntry = {
  /** One of these environment variables is needed; sorted. */
  anyOf: string[];
  level: RequirementLevel;
  /** The names from the root of the workspace that needs it; empty for the organization and its defaults. */
  workspacePath: string[];
  /** The names of the variables in the `.env` file of the workspace's `files_dir`. */
  provided: string[];
};

export type Place = { file: string; line: number; column: number; path: string };

export type Json = string | number | boolean | null | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };
