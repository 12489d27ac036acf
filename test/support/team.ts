/** An organization with members, projects and sessions, and reads of what is stored. */
import { randomBytes } from 'node:crypto';
import { graphql } from '../graphql/gql.ts';
import type {
  ChangesOfQuery,
  ChangeType,
  ClaimPrInput,
  ClaimPrMutation,
  CreateWorkspaceInput,
  ExecutionWorkspaceFactsFragment,
  HireAgentInput,
  MembershipRole,
  OpenExecutionWorkspaceInput,
  RegisterProjectInput,
  SpawnSessionInput,
  StructureEventsOfQuery,
  StructureEventType,
} from '../graphql/graphql.ts';
import type { TestApp } from './app.ts';
import { type Client, createClient } from './client.ts';
import type { GitHub, GitHubPullRequest } from './github/github.ts';
import * as mutations from './mutations.ts';
import { grantScopeIn } from './operator.ts';
import { succeeded } from './outcome.ts';
import { createPersonIn, type Person } from './person.ts';
import { type Psql, uuidOf } from './psql.ts';

/** An agent as a client that uses its token. */
export type TeamAgent = Client & { id: string; name: string; token: string };

type Organization<Query extends { organization: unknown }> = NonNullable<Query['organization']>;
export type Change = Organization<ChangesOfQuery>['changes']['nodes'][number];
export type StructureEvent = Organization<StructureEventsOfQuery>['structureEvents']['nodes'][number];

export type Team = {
  /** The global id of the organization. */
  id: string;
  slug: string;
  owner: Person;
  project: { id: string; slug: string };
  /** Invites a new user, who accepts. */
  join(role: MembershipRole, name?: string): Promise<Person & { memberId: string }>;
  register(input?: Partial<RegisterProjectInput>): Promise<{ id: string; slug: string }>;
  /** Spawns a worker, by default in the project of the team. */
  spawn(input?: Partial<SpawnSessionInput>): Promise<{ id: string; name: string; num: number }>;
  terminate(sessionId: string): Promise<void>;
  /** Opens an isolated execution workspace in the project of the team, as the owner. */
  openExecutionWorkspace(
    input?: Partial<OpenExecutionWorkspaceInput>,
  ): Promise<ExecutionWorkspaceFactsFragment>;
  /** Adds a vacant workspace, as the owner. */
  addWorkspace(input?: Partial<CreateWorkspaceInput>): Promise<{ id: string; name: string }>;
  /** Removes a workspace with everything below it, as the owner. */
  removeWorkspace(workspace: { id: string; name: string }): Promise<void>;
  /** Hires an agent, by default as the owner. */
  employ(input?: Partial<HireAgentInput>, by?: Client): Promise<{ id: string; name: string; status: string }>;
  /** Hires an agent and creates a token for it. */
  hire(input?: Partial<HireAgentInput>, by?: Client): Promise<TeamAgent>;
  /** The same organization and owner, at another server on the same database. */
  at(url: string): Team;
  offboard(agentId: string): Promise<void>;
  /** Adds a pull request of the repository to GitHub, or changes it. */
  onGitHub(number: number, facts?: Partial<GitHubPullRequest>): GitHubPullRequest;
  /** Claims a pull request for a session, as the owner. */
  claim(
    sessionId: string,
    pr: string | number,
    more?: Partial<ClaimPrInput>,
  ): Promise<ClaimPrMutation['claimPR']>;
  /** Waits until all changes committed so far are in the stored feed: a change made now is stored after them. */
  settle(): Promise<void>;
  /** The changes of the stored feed, oldest first: all that were committed before the call. */
  changes(which?: { types?: ChangeType[]; requestId?: string }): Promise<Change[]>;
  /** The audit trail, oldest first. */
  structureEvents(type?: StructureEventType): Promise<StructureEvent[]>;
  /** A digest of everything that is stored of the organization, and the number of its changes. */
  footprint(): Promise<Record<string, string | null>>;
};

/** Creates an organization with a project, which may ask about every repository. The owner is a new user unless the test gives one. */
export type CreateTeam = (owner?: Person) => Promise<Team>;

const ChangesOf = graphql(`
  query ChangesOf($slug: String!, $after: String, $types: [ChangeType!]) {
    organization(slug: $slug) {
      changes(first: 100, after: $after, types: $types) {
        nodes {
          cursor
          type
          entityId
          payload
          requestId
          actor {
            ...ActorFacts
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const NextToken = graphql(`
  subscription NextToken($organizationId: ID!, $after: String) {
    changes(organizationId: $organizationId, after: $after, types: [TOKEN_CREATED]) {
      requestId
    }
  }
`);

const StructureEventsOf = graphql(`
  query StructureEventsOf($slug: String!, $type: StructureEventType) {
    organization(slug: $slug) {
      structureEvents(first: 100, type: $type) {
        nodes {
          type
          subjectId
          requestId
          payload
          actor {
            ...ActorFacts
          }
        }
      }
    }
  }
`);

/** The server, the database and the GitHub of a team. */
type Place = { app: Pick<TestApp, 'signUp' | 'client' | 'grant'>; github?: GitHub; psql?: Psql };

/** Creates a team at a server that runs in another process. */
export async function createTeamAt(url: string, databaseUrl: string): Promise<Team> {
  const client = (token?: string) => createClient(url, token);
  const signUp = async (name?: string) => {
    const account = await createPersonIn(databaseUrl, name);
    return { ...client(account.token), ...account };
  };
  const grant = (organizationId: string, scope?: string) => grantScopeIn(databaseUrl, organizationId, scope);
  return await createTeam({ app: { client, signUp, grant } }, await signUp());
}

export async function createTeam(place: Place, owner: Person): Promise<Team> {
  const slug = `acme-${randomBytes(5).toString('hex')}`;
  const { createOrganization } = await owner.query(mutations.CreateOrganization, {
    input: { slug, name: 'Acme' },
  });
  const { id } = succeeded(createOrganization).organization;
  await place.app.grant(id);
  const project = await registerProject(owner, { id, slug });
  return teamOf(place, owner, { id, slug, project });
}

async function registerProject(
  owner: Client,
  { id, slug }: { id: string; slug: string },
  input: Partial<RegisterProjectInput> = {},
) {
  const project = { slug: 'rocket', name: 'Rocket', repoUrl: `https://github.com/${slug}/rocket` };
  const { registerProject } = await owner.query(mutations.RegisterProject, {
    input: { organizationId: id, ...project, ...input },
  });
  return succeeded(registerProject).project;
}

function teamOf(
  place: Place,
  owner: Person,
  { id, slug, project }: Pick<Team, 'id' | 'slug' | 'project'>,
): Team {
  const { app, github, psql } = place;

  async function settle(): Promise<void> {
    const { createToken } = await owner.query(mutations.CreateToken, {
      input: { organizationId: id, label: 'marker' },
    });
    const { cursor, requestId } = succeeded(createToken);
    const tokens = await owner.subscribe(NextToken, { organizationId: id, after: cursor });
    while ((await tokens.event()).changes.requestId !== requestId);
    await tokens.stop();
  }

  async function employ(input: Partial<HireAgentInput> = {}, by: Client = owner) {
    const { hireAgent } = await by.query(mutations.HireAgent, {
      input: { organizationId: id, name: 'Robin', role: 'reviewer', ...input },
    });
    return succeeded(hireAgent).agent;
  }

  return {
    id,
    slug,
    owner,
    project,
    register: (input) => registerProject(owner, { id, slug }, input),

    at(url) {
      const client = (token?: string) => createClient(url, token);
      const elsewhere = { ...place, app: { ...app, client } };
      return teamOf(elsewhere, { ...owner, ...client(owner.token) }, { id, slug, project });
    },

    async join(role, name = 'Bob') {
      const person = await app.signUp(name);
      const { addMember } = await owner.query(mutations.AddMember, {
        input: { organizationId: id, email: person.email, name, role },
      });
      const invitationId = succeeded(addMember).invitation.id;
      const { acceptInvitation } = await person.query(mutations.AcceptInvitation, {
        input: { invitationId },
      });
      return { ...person, memberId: succeeded(acceptInvitation).member.id };
    },

    async spawn(input = {}) {
      const { spawnSession } = await owner.query(mutations.SpawnSession, {
        input: { projectId: project.id, ...input },
      });
      return succeeded(spawnSession).session;
    },

    async openExecutionWorkspace(input = {}) {
      const { openExecutionWorkspace } = await owner.query(mutations.OpenExecutionWorkspace, {
        input: {
          organizationId: id,
          projectId: project.id,
          name: 'checkout',
          mode: 'ISOLATED_WORKSPACE',
          ...input,
        },
      });
      return succeeded(openExecutionWorkspace).executionWorkspace;
    },

    async addWorkspace(input = {}) {
      const { createWorkspace } = await owner.query(mutations.CreateWorkspace, {
        input: { organizationId: id, name: `seat-${randomBytes(4).toString('hex')}`, ...input },
      });
      return succeeded(createWorkspace).workspace;
    },

    async removeWorkspace({ id: workspaceId, name: confirmName }) {
      const { removeWorkspace } = await owner.query(mutations.RemoveWorkspace, {
        input: { workspaceId, confirmName },
      });
      succeeded(removeWorkspace);
    },

    employ,

    async hire(input = {}, by = owner) {
      const agent = await employ(input, by);
      const { createToken } = await by.query(mutations.CreateToken, {
        input: { organizationId: id, agentId: agent.id, label: 'agent' },
      });
      const { secret } = succeeded(createToken);
      return { ...app.client(present(secret)), id: agent.id, name: agent.name, token: present(secret) };
    },

    async offboard(agentId) {
      const { offboardAgent } = await owner.query(mutations.OffboardAgent, { input: { agentId } });
      succeeded(offboardAgent);
    },

    async terminate(sessionId) {
      const { terminateSession } = await owner.query(mutations.TerminateSession, { input: { sessionId } });
      succeeded(terminateSession);
    },

    onGitHub: (number, facts = {}) =>
      present(github).setPullRequest({ owner: slug, repo: 'rocket', number, ...facts }),

    async claim(sessionId, pr, more = {}) {
      const { claimPR } = await owner.query(mutations.ClaimPR, {
        input: { sessionId, pr: String(pr), ...more },
      });
      return claimPR;
    },

    settle,

    async changes({ types, requestId } = {}) {
      await settle();
      const changes: Change[] = [];
      for (let after: string | null = null, isMore = true; isMore; ) {
        const answer: ChangesOfQuery = await owner.query(ChangesOf, { slug, after, types });
        const page: Organization<ChangesOfQuery>['changes'] = present(answer.organization).changes;
        changes.push(...page.nodes);
        ({ hasNextPage: isMore, endCursor: after } = page.pageInfo);
      }
      return requestId === undefined ? changes : changes.filter((change) => change.requestId === requestId);
    },

    async structureEvents(type) {
      const { organization } = await owner.query(StructureEventsOf, { slug, type });
      return present(organization).structureEvents.nodes.toReversed();
    },

    footprint: () => footprintOf(present(psql), uuidOf(id)),
  };
}

/** A digest of each table that holds rows of an organization, and the number of its changes, refusals of agents aside. */
async function footprintOf(psql: Psql, organizationId: string): Promise<Record<string, string | null>> {
  const tables = await psql<{ name: string }>(
    `SELECT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.attname = 'organization_id' AND c.relkind = 'r' AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
        AND c.relname NOT IN (SELECT unnest($1::text[])) ORDER BY 1`,
    [NOT_IN_FOOTPRINT],
  );
  const digests = tables.map(
    ({ name }) =>
      `(SELECT md5(string_agg(${rowOf(name)}::text, '' ORDER BY t::text)) FROM ${name} t WHERE organization_id = $1) AS ${name}`,
  );
  const [footprint] = await psql<Record<string, string | null>>(
    `SELECT (SELECT count(*) FROM (SELECT organization_id, entity_type FROM change_log
                                    UNION ALL SELECT organization_id, entity_type FROM change_outbox) c
              WHERE organization_id = $1 AND entity_type <> 'AgentAction')::text AS changes, ${digests.join(', ')}`,
    [organizationId],
  );
  return present(footprint);
}

/**
 * A change moves from one table of the feed to the other, so these are counted together. Refusals of agents are
 * recorded, and counted.
 */
const NOT_IN_FOOTPRINT = ['change_log', 'change_outbox', 'agent_action', 'agent_usage'];

/** The last use of a token changes with every request. */
const rowOf = (table: string) => (table === 'token' ? "(to_jsonb(t) - 'last_used_at')" : 't');

function present<Value>(value: Value | null | undefined): Value {
  if (value == null) throw new Error('A required value is missing.');
  return value;
}
