/** The refusals that say who may, and why the viewer may not. */
import { ForbiddenError } from '../errors/errors.ts';
import type { Role } from './viewer.ts';

/** Lowest first. */
const ROLES_OF_PEOPLE = ['MEMBER', 'ADMIN', 'OWNER'] as const;

type RoleOfPerson = (typeof ROLES_OF_PEOPLE)[number];

/** Why an object is not the viewer's own: see own.ts. By the first part of an action's name. */
const NOT_OWN: Record<string, { person: string; agent: string }> = {
  agent: {
    person: 'The agent was hired by another member.',
    agent: 'The token acts for another agent.',
  },
  session: { person: 'An agent runs the session.', agent: 'The agent does not run the session.' },
  pullRequest: { person: 'An agent runs the session.', agent: 'The agent does not run the session.' },
  member: { person: 'The membership is that of another person.', agent: '' },
  token: {
    person: 'The token is that of another person, or of an agent that another member hired.',
    agent: '',
  },
  workspace: { person: '', agent: 'The agent does not work in the workspace.' },
};

/**
 * @param action such as `agent.offboard`
 * @param reaches what each role may do
 * @param role the viewer's own
 */
export function forbidden(
  action: string,
  reaches: Partial<Record<Role, 'ANY' | 'OWN'>>,
  role: Role,
): ForbiddenError {
  const requiredRole = ROLES_OF_PEOPLE.find((each) => reaches[each] === 'ANY') ?? null;
  const [noun = ''] = action.split('.');
  const isAgent = role === 'AGENT';
  const reason =
    reaches[role] === 'OWN'
      ? NOT_OWN[noun]?.[isAgent ? 'agent' : 'person']
      : isAgent
        ? 'An agent may not do this.'
        : `Your role is ${role}.`;
  return new ForbiddenError(reason ?? 'It is not your own.', requiredRole);
}

/** For an act on a member, or a grant, that takes the member's role. */
export function forbiddenOver(required: RoleOfPerson, own: Role | undefined): ForbiddenError {
  return new ForbiddenError(
    own === 'AGENT'
      ? 'An agent may not do this.'
      : `Your role is ${own}, and the role concerned ${required}.`,
    required,
  );
}
