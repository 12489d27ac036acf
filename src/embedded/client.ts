import { Client } from 'pg';
import { withSessionSettings } from '../sessionSettings.ts';

/** The URL of a database of the embedded server, for its superuser. */
export function databaseUrl(server: { port: number; password: string }, database: string): string {
  return `postgres://postgres:${server.password}@127.0.0.1:${server.port}/${database}`;
}

/** Lends a connection of its own to `work`. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  // Says no to TLS itself, or pg would follow a PGSSLMODE that is meant for other servers.
  const client = new Client({
    connectionString: withSessionSettings(url),
    ssl: false,
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => {}); // A connection that breaks also fails the query in progress.
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Creates the database `name` in the server at `url`, unless it is there. */
export async function ensureDatabase(url: string, name: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  });
}
