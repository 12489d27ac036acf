/** An organization with a project to work in, made through the API. */
import { randomBytes } from 'node:crypto';
import { Setup } from '../live/documents.ts';
import type { Client } from './client.ts';

export type Workplace = {
  organizationId: string;
  organizationSlug: string;
  projectId: string;
  /** Spawns a session, and answers its global id. */
  spawn(): Promise<string>;
};

export async function createWorkplace(client: Client): Promise<Workplace> {
  const organizationSlug = `acme-${randomBytes(5).toString('hex')}`;
  const { createOrganization } = await client.query(Setup.createOrganization, { slug: organizationSlug });
  const organizationId = payloadOf(createOrganization, 'organization').organization.id;
  const { registerProject } = await client.query(Setup.registerProject, { organizationId, slug: 'rocket' });
  const projectId = payloadOf(registerProject, 'project').project.id;
  return {
    organizationId,
    organizationSlug,
    projectId,
    async spawn() {
      const { spawnSession } = await client.query(Setup.spawnSession, { projectId });
      return payloadOf(spawnSession, 'session').session.id;
    },
  };
}

/** The payload of a mutation that is expected to succeed: the member of its union that has this field. */
export function payloadOf<Result extends object, Key extends string>(
  result: Result,
  key: Key,
): Extract<Result, Record<Key, unknown>> {
  if (key in result) return result as Extract<Result, Record<Key, unknown>>;
  throw new Error(`The mutation was refused: ${JSON.stringify(result)}`);
}
