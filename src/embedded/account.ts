import { stat } from 'node:fs/promises';
import { type Account, run } from './run.ts';

const NAME = 'postgres';

/** Commands that create a system user: from the shadow suite, which most machines have, and from BusyBox. */
const CREATE_USER: [program: string, ...args: string[]][] = [
  ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/bin/false', NAME],
  ['adduser', '-S', '-D', '-H', '-s', '/bin/false', NAME],
];

/**
 * Returns the account to run PostgreSQL as, or undefined for the current one. Only root needs another account, because
 * PostgreSQL refuses to run as root.
 *
 * @param data the data directory, if it exists. PostgreSQL must run as its owner.
 */
export async function serverAccount(
  data: string | undefined,
  log: (message: string) => void,
): Promise<Account | undefined> {
  const self = process.getuid?.();
  if (self === undefined) return undefined; // Windows
  const owner = data === undefined ? undefined : await stat(data);
  if (self !== 0) {
    if (owner && owner.uid !== self) {
      throw new Error(
        `The database in ${data} belongs to another user (uid ${owner.uid}), perhaps because root created it. ` +
          'Start Muster as that user or as root, or delete the directory to start with an empty database.',
      );
    }
    return undefined;
  }
  if (owner) return { name: `with uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  return (await findAccount()) ?? (await createAccount(log));
}

async function findAccount(): Promise<Account | undefined> {
  try {
    return {
      name: NAME,
      uid: Number(await run('id', ['-u', NAME])),
      gid: Number(await run('id', ['-g', NAME])),
    };
  } catch {
    return undefined;
  }
}

async function createAccount(log: (message: string) => void): Promise<Account> {
  const failures: unknown[] = [];
  for (const [program, ...args] of CREATE_USER) {
    await run(program, args).catch((error) => failures.push(error));
    const account = await findAccount();
    if (account) {
      log(`Created the system user ${NAME}, because PostgreSQL refuses to run as root.`);
      return account;
    }
  }
  throw new AggregateError(
    failures,
    `PostgreSQL refuses to run as root, and the user ${NAME} could be neither found nor created ` +
      `(${failures.map((failure) => (failure as Error).message).join('; ')}). ` +
      'Create that user, start Muster as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
  );
}
