import type { Logger } from 'pino';

/** The server's configuration for imports. */
export type ImportSettings = {
  /** The folder that `directory` sources are read from; null when none is configured. */
  templatesDir: string | null;
  /** Names of the environment variables that the runtime provides. */
  availableEnv: readonly string[];
  log: Logger;
};
