export const RUNTIMES = [
  'langgraph',
  'claude-code',
  'openclaw',
  'crewai',
  'autogen',
  'deepagents',
  'hermes',
  'codex',
  'gemini-cli',
  'external',
  'mock',
] as const;

export const DEFAULT_RUNTIME = 'langgraph';

/** The tier of a workspace that names none, created by a mutation or by an import. */
export const DEFAULT_TIER = 3;
export const MIN_TIER = 1;
export const MAX_TIER = 9;
