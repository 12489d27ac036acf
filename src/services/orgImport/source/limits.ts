/**
 * What one source may hold. 10,000 workspaces with prompts and schedules of their own take about a quarter of each.
 */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
export const MAX_TOTAL_BYTES = 32 * 1024 * 1024;
export const MAX_FILES = 5_000;
export const MAX_INCLUDE_DEPTH = 16;
/** Values after includes and aliases are resolved, so that neither can multiply a small file into a large one. */
export const MAX_VALUES = 1_000_000;
/** Characters of text after includes, aliases, defaults and prompt files are resolved. */
export const MAX_CHARACTERS = 64 * 1024 * 1024;
export const MAX_NESTING = 200;
export const MAX_WORKSPACES = 20_000;
export const MAX_WORKSPACE_DEPTH = 64;
/** Of errors, and of warnings. */
export const MAX_FINDINGS = 500;
