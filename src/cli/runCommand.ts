import { generateClientWhenStale } from '../../prisma/generate.ts';
import { type Config, ConfigurationError, loadConfig } from '../config/config.ts';
import { MigrationError } from '../migrations/error.ts';
import { CommandError } from './commandError.ts';
import { StoppedBySignal } from './stopSignal.ts';

type CommandOf<Options> = (config: Config, options: Options) => Promise<void>;

/**
 * An action for commander: reads the configuration, then loads and runs a command. An error that a person can mend is
 * printed as a message, with exit code 1.
 */
export function runCommand<Options>(load: () => Promise<CommandOf<Options>>) {
  return async (options: Options): Promise<void> => {
    try {
      const config = loadConfig();
      await generateClient();
      const command = await load();
      await command(config, options);
    } catch (error) {
      if (error instanceof StoppedBySignal) return;
      const message = messageForPeople(error);
      if (message === undefined) throw error;
      console.error(message);
      process.exitCode = 1;
    }
  };
}

async function generateClient(): Promise<void> {
  await generateClientWhenStale(() => console.error('Generating the Prisma client …')).catch((cause) => {
    throw new CommandError(cause.message, { cause });
  });
}

function messageForPeople(error: unknown): string | undefined {
  if (
    error instanceof ConfigurationError ||
    error instanceof MigrationError ||
    error instanceof CommandError
  ) {
    return error.message;
  }
  return listeningFault(error);
}

const OTHER_PORT = 'Choose another port: with PORT, or for a sequencer with --port.';

const LISTENING_FAULTS: Record<string, string> = {
  EADDRINUSE: `is taken by another program. ${OTHER_PORT}`,
  EACCES: `needs more rights than this user has. ${OTHER_PORT}`,
  EADDRNOTAVAIL: 'is no address of this machine. Choose another one with HOST.',
  ENOTFOUND: 'is not known. Choose another host with HOST.',
  EAI_AGAIN: 'is not known, or the name server does not answer. Choose another host with HOST.',
};

/** Faults of the database are errors of their own, so a remaining network fault is about where to listen. */
function listeningFault(error: unknown): string | undefined {
  const { code, syscall, address, port, hostname } = (error ?? {}) as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
    hostname?: string;
  };
  const fault = LISTENING_FAULTS[code ?? ''];
  if (!fault || (syscall !== 'listen' && syscall !== 'getaddrinfo')) return undefined;
  return `${hostname ?? `${address}:${port}`} ${fault}`;
}
