import { randomUUID } from 'node:crypto';
import { createClient } from './client.ts';
import { CreateOrganization, HireAgent, OffboardAgent } from './mutations.ts';
import { succeeded } from './outcome.ts';
import { createPerson } from './person.ts';

export type Employer = {
  /** Answers the agent's global id. */
  hire(): Promise<string>;
  offboard(agentId: string): Promise<void>;
  /** The same person, at another server. */
  at(serverUrl: string): Employer;
};

/** Somebody with an organization of their own, who hires and offboards there. */
export async function createEmployer(databaseUrl: string, serverUrl: string): Promise<Employer> {
  const token = await createPerson(databaseUrl);
  const { createOrganization } = await createClient(serverUrl, token).query(CreateOrganization, {
    input: { slug: `acme-${randomUUID()}`, name: 'Acme' },
  });
  return employer(serverUrl, token, succeeded(createOrganization).organization.id);
}

function employer(serverUrl: string, token: string, organizationId: string): Employer {
  const client = createClient(serverUrl, token);
  return {
    async hire() {
      const { hireAgent } = await client.query(HireAgent, {
        input: { organizationId, name: 'Robin', role: 'reviewer' },
      });
      return succeeded(hireAgent).agent.id;
    },
    async offboard(agentId) {
      const { offboardAgent } = await client.query(OffboardAgent, { input: { agentId } });
      succeeded(offboardAgent);
    },
    at: (url) => employer(url, token, organizationId),
  };
}
