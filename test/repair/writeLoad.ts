/** Programs that write to execution workspaces without a pause, in pairs of columns as the server does. */
import { EventEmitter, once } from 'node:events';
import pg from 'pg';

export type WriteLoad = AsyncDisposable & {
  /** Resolves when so many more statements have ended. */
  more(statements: number): Promise<void>;
  /** The errors of all statements. */
  stop(): Promise<string[]>;
};

const STATEMENTS = [
  `UPDATE execution_workspace SET last_used_at = now() WHERE id = $1`,
  `UPDATE execution_workspace SET status = 'ARCHIVED', closed_at = now() WHERE id = $1 AND closed_at IS NULL`,
  `UPDATE execution_workspace SET status = 'ACTIVE', closed_at = NULL, cleanup_reason = NULL WHERE id = $1 AND closed_at IS NOT NULL`,
  `INSERT INTO execution_workspace (organization_id, project_id, name, mode)
   SELECT organization_id, project_id, 'new', mode FROM execution_workspace WHERE id = $1`,
];

/** @param lockTimeoutMs the server refuses a statement that waits longer for a lock, which is one of the errors */
export async function startWriteLoad(
  url: string,
  ids: string[],
  { writers, lockTimeoutMs }: { writers: number; lockTimeoutMs: number },
): Promise<WriteLoad> {
  const errors: string[] = [];
  let isStopped = false;
  let done = 0;
  const ended = new EventEmitter().setMaxListeners(0);

  async function write(writer: number): Promise<void> {
    const client = new pg.Client({ connectionString: url, lock_timeout: lockTimeoutMs });
    await client.connect();
    for (let n = writer; !isStopped; n += writers) {
      const statement = STATEMENTS[n % STATEMENTS.length] ?? '';
      await client
        .query(statement, [ids[(n * 7919) % ids.length]])
        .catch((error: Error) => errors.push(error.message));
      done += 1;
      ended.emit('statement');
    }
    await client.end();
  }

  const running = Array.from({ length: writers }, (_, writer) => write(writer));
  async function stop(): Promise<string[]> {
    isStopped = true;
    await Promise.all(running);
    return errors;
  }
  return {
    async more(statements) {
      const goal = done + statements;
      while (done < goal) await once(ended, 'statement');
    },
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
