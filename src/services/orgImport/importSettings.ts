import type { Logger } from 'pino';

/** What a server is configured with for imports. */
export type ImportSettings = {
  /** Where `directory` sources are read from; null when none is configured. */
  templatesDir: string | null;
  /** Names of the environment variables that the runtime provides. */
  availableEnv: readonly string[];
  log: Logger;
};
