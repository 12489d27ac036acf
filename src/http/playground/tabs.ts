/** The playground's tabs, one story in order: who am I, listen, claim, take over, offboard an agent, look back. */

const SLUG = 'demo';

/** The query for the ids of the demo, and the placeholders in the tabs that the browser replaces with them. */
export const STORY = {
  query: `{
    organization(slug: "${SLUG}") {
      id
      sessions(live: true, last: 2) { nodes { id } }
      agents(status: RUNNING, first: 1) { nodes { id } }
    }
  }`,
  gaps: {
    organization: 'ORGANIZATION-ID',
    firstSession: 'A-SESSION-ID',
    secondSession: 'ANOTHER-SESSION-ID',
    agent: 'AN-AGENT-ID',
  },
};

const { organization, firstSession, secondSession, agent } = STORY.gaps;

export const TABS: readonly string[] = [
  `# 1. Who am I, and what is there?
# Press play. (Refused? The link in the terminal carries the token; or put it into the Headers tab below.)
query Look {
  viewer {
    name
    organizations { nodes { slug viewerRole } }
  }
  organization(slug: "${SLUG}") {
    agents { nodes { name role status watchedRepos { nodes { repo { nameWithOwner } } } } }
    sessions { nodes { id name displayName displayStatus lane pullRequests { nodes { number title } } } }
  }
}
`,
  `# 2. Listen. Press play and leave it running, then go on to the next tab.
subscription Listen {
  prSessionChanged(organizationId: "${organization}") {
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
  claimPR(input: { sessionId: "${firstSession}", pr: "42" }) {
    ... on ClaimPRPayload {
      session { name displayStatus lane }
      pullRequest { url title state ciState reviewDecision mergeability }
      takenOverFrom { name }
    }
    ... on UserError { code message }
  }
}
`,
  `# 4. Another session takes it over: tab 2 receives the change.
#    With allowTakeover: false it would be refused.
mutation TakeOver {
  claimPR(input: { sessionId: "${secondSession}", pr: "#42", allowTakeover: true }) {
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
  `# 5. An agent leaves: what it held is free at once, what it learned stays.
#    Its sessions are terminated, another agent can watch its repositories, and its tokens are revoked.
mutation Offboard {
  offboardAgent(input: { agentId: "${agent}", reason: "The rocket has landed." }) {
    ... on OffboardAgentPayload {
      agent { name role status offboardedAt }
      releasedRepos { nameWithOwner }
      terminatedSessions { name displayStatus lane }
      revokedTokens
      alreadyOffboarded
    }
    ... on UserError { code message }
  }
}
`,
  `# 6. Look back: what happened, in order. A cursor resumes a subscription: changes(after: …).
query History {
  organization(slug: "${SLUG}") {
    changes(first: 50) { nodes { cursor type occurredAt actor { kind name } payload } pageInfo { hasNextPage endCursor } }
    structureEvents { nodes { type occurredAt actor { name } payload } }
  }
}
`,
];
