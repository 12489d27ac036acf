/**
 * The playground's tabs, one story in order: look around, claim, take over, hear of it, offboard an agent, look back.
 *
 * GraphiQL ends a subscription when another tab is opened. So the tab that listens comes after those that write, and
 * resumes after the position at which the page was opened.
 */

const SLUG = 'demo';

/** The query for the ids of the demo, and the placeholders in the tabs that the browser replaces with them. */
export const STORY = {
  query: `{
    organization(slug: "${SLUG}") {
      id
      feedCursor
      first: session(name: "rocket-1") { id }
      second: session(name: "rocket-2") { id }
      fourth: session(name: "rocket-4") { agent { id } }
    }
  }`,
  gaps: {
    organization: 'ORGANIZATION-ID',
    cursor: 'CURSOR',
    firstSession: 'A-SESSION-ID',
    secondSession: 'ANOTHER-SESSION-ID',
    agent: 'AN-AGENT-ID',
  },
};

const { organization, cursor, firstSession, secondSession, agent } = STORY.gaps;

export const TABS: readonly string[] = [
  `# 1. Who am I, and what is there?
#    Press play. (Refused? The link in the terminal
#    carries the token. Or put it into Headers, below.)
query Look {
  viewer {
    name
    organizations { nodes { slug viewerRole } }
  }
  organization(slug: "${SLUG}") {
    laneCounts { lane count }
    sessions(first: 50, live: true, orderBy: STATUS) {
      nodes {
        name displayName lane displayStatus
        agent { name }
        pullRequests { nodes { number title } }
      }
    }
  }
}
`,
  `# 2. A session claims a pull request, with the facts
#    that its host has at this moment.
mutation Claim {
  claimPR(input: {
    sessionId: "${firstSession}"
    pr: "#42"
  }) {
    ... on ClaimPRPayload {
      session { name displayStatus lane }
      pullRequest { url title state ciState reviewDecision mergeability }
      takenOverFrom { name }
    }
    ... on UserError { code message }
  }
}
`,
  `# 3. Another session takes it over.
#    With allowTakeover: false it would be refused.
mutation TakeOver {
  claimPR(input: {
    sessionId: "${secondSession}"
    pr: "#42"
    allowTakeover: true
  }) {
    ... on ClaimPRPayload {
      pullRequest { number session { name } }
      takenOverFrom { name }
      cursor
    }
    ... on PrClaimedByActiveSessionError {
      ownerSession { name }
    }
    ... on UserError { code message }
  }
}
`,
  `# 4. The subscription resumes after the position at
#    which this page was opened. It delivers the
#    takeover that you missed, and waits for more.
#    Opening another tab here ends it. To watch live,
#    claim in a second window of the playground.
subscription Listen {
  prSessionChanged(
    organizationId: "${organization}"
    after: "${cursor}"
  ) {
    cursor
    occurredAt
    actor { name }
    pullRequest { number title state ciState }
    fromSession { name }
    toSession { name }
  }
}
`,
  `# 5. An agent leaves: what it held is free at once,
#    and what it learned stays. Its sessions end, its
#    tokens are revoked, and others can watch its
#    repositories.
mutation Offboard {
  offboardAgent(input: {
    agentId: "${agent}"
    reason: "The rocket has landed."
  }) {
    ... on OffboardAgentPayload {
      agent { name role status offboardedAt }
      releasedRepos { nameWithOwner }
      terminatedSessions { name displayStatus lane }
      revokedTokens
      agent { memory { nodes { key value } } }
    }
    ... on UserError { code message }
  }
}
`,
  `# 6. Look back: the audit trail, newest first, and
#    every change since this page was opened.
query History {
  organization(slug: "${SLUG}") {
    structureEvents(first: 20) {
      nodes { type occurredAt actor { name } payload }
    }
    changes(first: 100, after: "${cursor}") {
      nodes { type occurredAt actor { kind name } payload }
    }
  }
}
`,
];
