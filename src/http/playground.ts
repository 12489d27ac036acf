/** GraphiQL, with tabs that tell the story in order: who am I, listen, claim, take over, look back. */
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { GraphiQLOptions } from 'graphql-yoga';
import type { PrismaClient } from '../../prisma/client/client.ts';
import { globalId } from '../globalId.ts';

const DEMO_SLUG = 'demo';

/** The ids that the tabs use: those of the demo organization where there is one, else gaps to fill. */
type Story = { organizationId: string; sessionIds: [string, string] };

export async function playground(prisma: PrismaClient): Promise<GraphiQLOptions> {
  const story = await findStory(prisma);
  return {
    title: 'Muster',
    subscriptionsProtocol: 'WS',
    // A token is no setting: it is gone with the browser's tab.
    shouldPersistHeaders: false,
    defaultTabs: tabs(story).map((query) => ({ query })),
  };
}

/**
 * GraphiQL's page, with its own files, so that it needs no network, and authenticated by the token that the link in the
 * terminal carries behind its `#`: the part of a link that browsers keep to themselves.
 */
export function renderPlayground(options: GraphiQLOptions): string {
  const json = JSON.stringify(options);
  const page = renderGraphiQL(options);
  if (!page.includes(json))
    throw new Error('The playground cannot be authenticated: GraphiQL has changed its page.');
  return page.replace(json, () => `(${withToken})(${json})`);
}

/** Runs in the browser. */
const withToken = `(options) => {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    sessionStorage.setItem('muster.token', given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  const token = sessionStorage.getItem('muster.token');
  const authorization = 'Bearer ' + (token || 'PASTE-THE-TOKEN-HERE');
  const headers = JSON.stringify({ authorization }, null, 2);
  return {
    ...options,
    headers,
    defaultHeaders: headers,
    defaultTabs: options.defaultTabs.map((tab) => ({ ...tab, headers })),
    additionalHeaders: { authorization },
    connectionParams: { authorization },
    // What was typed stays with the browser's tab: another one begins with the story, and with this database's ids.
    storage: sessionStorage,
  };
}`;

async function findStory(prisma: PrismaClient): Promise<Story> {
  // The page comes without a database too; it is the first to show that something is wrong.
  const organization = await findDemo(prisma).catch(() => null);
  const [first, second] = organization?.sessions ?? [];
  return {
    organizationId: organization ? globalId('Organization', organization.id) : 'ORGANIZATION-ID',
    sessionIds: [
      first ? globalId('Session', first.id) : 'SESSION-ID',
      second ? globalId('Session', second.id) : 'ANOTHER-SESSION-ID',
    ],
  };
}

function findDemo(prisma: PrismaClient) {
  return prisma.organization.findUnique({
    where: { slug: DEMO_SLUG },
    include: {
      sessions: {
        where: { isTerminated: false, kind: 'WORKER' },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        take: 2,
      },
    },
  });
}

function tabs({ organizationId, sessionIds: [first, second] }: Story): string[] {
  return [
    `# 1. Who am I, and what is there?
# Press play. (Refused? The link in the terminal carries the token; or put it into the Headers tab below.)
query Look {
  viewer {
    name
    organizations { nodes { slug viewerRole } }
  }
  organization(slug: "${DEMO_SLUG}") {
    sessions { nodes { id name displayName displayStatus lane pullRequests { nodes { number title } } } }
  }
}
`,
    `# 2. Listen. Press play and leave it running, then go on to the next tab.
subscription Listen {
  prSessionChanged(organizationId: "${organizationId}") {
    occurredAt
    actor { name }
    pullRequest { number title state ciState }
    fromSession { name }
    toSession { name }
  }
}
`,
    `# 3. A session claims a pull request.
mutation Claim {
  claimPR(input: { sessionId: "${first}", pr: "42" }) {
    ... on ClaimPRPayload {
      session { name displayStatus lane }
      pullRequest { url title state ciState reviewDecision mergeability }
      takenOverFrom { name }
    }
    ... on UserError { code message }
  }
}
`,
    `# 4. Another session takes it over: tab 2 hears of it.
#    With allowTakeover: false it would be refused.
mutation TakeOver {
  claimPR(input: { sessionId: "${second}", pr: "#42", allowTakeover: true }) {
    ... on ClaimPRPayload {
      pullRequest { number session { name } }
      takenOverFrom { name }
      cursor
    }
    ... on PrClaimedByActiveSessionError { code message ownerSession { name } }
    ... on UserError { code message }
  }
}
`,
    `# 5. Look back: what happened, in order. A cursor resumes a subscription: changes(after: …).
query History {
  organization(slug: "${DEMO_SLUG}") {
    changes(first: 50) { nodes { cursor type occurredAt actor { kind name } payload } pageInfo { hasNextPage endCursor } }
    structureEvents(type: "pr.claimed") { nodes { occurredAt actor { name } payload } }
  }
}
`,
  ];
}
