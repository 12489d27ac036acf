import { Client } from 'pg';
import { withSessionSettings } from '../database/sessionSettings.ts';

/** The superuser's URL of a database on the embedded server. */
export function databaseUrl(server: { port: number; password: string }, database: string): string {
  return `postgres://postgres:${server.password}@127.0.0.1:${server.port}/${database}`;
}

/** Runs `work` with a connection, and closes the connection. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: withSessionSettings(url),
    // Without this, pg would follow a PGSSLMODE that is meant for other servers.
    ssl: false,
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {}); // A broken connection also fails the running query.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Creates the database `name` on the server at `url` if it does not exist. */
export async function ensureDatabase(url: string, name: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  });
}
