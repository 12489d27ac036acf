/** The page that is asked for: agents with their sessions, their pull requests and their checks. */

/** How many of each the page has. The database has more. */
export const FIRST = { agents: 20, sessions: 4, pullRequests: 3, checks: 4 };

/** Muster's. Stock Pothos and graphql-jit have the same schema. */
export const PAGE = /* GraphQL */ `{
  organization(slug: "nested") {
    agents(first: ${FIRST.agents}) { nodes {
      id name role status hiredAt
      sessions(first: ${FIRST.sessions}) { nodes {
        id branch activityState createdAt
        pullRequests(first: ${FIRST.pullRequests}) { nodes {
          id number title state ciState
          checks(first: ${FIRST.checks}) { nodes { name status } }
        } }
      } }
    } }
  }
}`;

/** PostGraphile's own names of the same. Its lists are connections too. */
export const POSTGRAPHILE_PAGE = /* GraphQL */ `{
  organization: organizationBySlug(slug: "nested") {
    agents: agentsByOrganizationId(first: ${FIRST.agents}, orderBy: [HIRED_AT_DESC, ROW_ID_DESC]) { nodes {
      id: rowId name role status hiredAt
      sessions: sessionsByAgentId(first: ${FIRST.sessions}, orderBy: [CREATED_AT_DESC, ROW_ID_DESC]) { nodes {
        id: rowId branch activityState createdAt
        pullRequests: pullRequestsBySessionId(
          first: ${FIRST.pullRequests}, orderBy: [CREATED_AT_DESC, ROW_ID_DESC]
        ) { nodes {
          id: rowId number title state ciState
          checks: pullRequestChecksByPullRequestId(
            first: ${FIRST.checks}, orderBy: [CREATED_AT_ASC, ROW_ID_ASC]
          ) { nodes { name status } }
        } }
      } }
    } }
  }
}`;

/** One statement that builds the whole answer. */
export const PAGE_SQL = `
  SELECT json_build_object('organization', json_build_object('agents', json_build_object('nodes', (
    SELECT coalesce(json_agg(json_build_object(
      'id', a.id, 'name', a.name, 'role', a.role, 'status', a.status, 'hiredAt', a.hired_at,
      'sessions', json_build_object('nodes', s.nodes)
    ) ORDER BY a.hired_at DESC, a.id DESC), '[]')
    FROM (
      SELECT * FROM agent WHERE organization_id = o.id ORDER BY hired_at DESC, id DESC LIMIT ${FIRST.agents}
    ) a, LATERAL (
      SELECT coalesce(json_agg(json_build_object(
        'id', s.id, 'branch', s.branch, 'activityState', s.activity_state, 'createdAt', s.created_at,
        'pullRequests', json_build_object('nodes', p.nodes)
      ) ORDER BY s.created_at DESC, s.id DESC), '[]') AS nodes
      FROM (
        SELECT * FROM session WHERE agent_id = a.id ORDER BY created_at DESC, id DESC LIMIT ${FIRST.sessions}
      ) s, LATERAL (
        SELECT coalesce(json_agg(json_build_object(
          'id', p.id, 'number', p.number, 'title', p.title, 'state', p.state, 'ciState', p.ci_state,
          'checks', json_build_object('nodes', c.nodes)
        ) ORDER BY p.created_at DESC, p.id DESC), '[]') AS nodes
        FROM (
          SELECT * FROM pull_request WHERE session_id = s.id
           ORDER BY created_at DESC, id DESC LIMIT ${FIRST.pullRequests}
        ) p, LATERAL (
          SELECT coalesce(json_agg(json_build_object('name', c.name, 'status', c.status) ORDER BY c.created_at, c.id), '[]')
                   AS nodes
          FROM (
            SELECT * FROM pull_request_check WHERE pull_request_id = p.id ORDER BY created_at, id LIMIT ${FIRST.checks}
          ) c
        ) c
      ) p
    ) s
  )))) AS data
  FROM organization o WHERE o.slug = 'nested'`;
