/**
 * The limits of one source. 10,000 workspaces with prompts and schedules of their own use about a quarter of each limit.
 */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
export const MAX_TOTAL_BYTES = 32 * 1024 * 1024;
export const MAX_FILES = 5_000;
export const MAX_INCLUDE_DEPTH = 16;
/** The number of values after includes and aliases are resolved. It keeps a small file from expanding without limit. */
export const MAX_VALUES = 1_000_000;
/** The number of characters after includes, aliases, defaults and prompt files are resolved. */
export const MAX_CHARACTERS = 64 * 1024 * 1024;
export const MAX_NESTING = 200;
export const MAX_WORKSPACES = 20_000;
export const MAX_WORKSPACE_DEPTH = 64;
/** The highest number of errors that are listed, and of warnings. */
export const MAX_FINDINGS = 500;
