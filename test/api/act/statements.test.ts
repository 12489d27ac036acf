/** What acts cost: the statements of each, from its look-up to its payload. Authentication is one more. */
import * as mutations from '../../support/mutations.ts';
import { countStatements } from '../../support/statements.ts';
import type { Team } from '../../support/team.ts';
import { expect, it } from '../../support/test.ts';

type Prepared = () => Promise<unknown>;

/** Prepares an act, which is then counted. */
type Preparation = (team: Team, number: number) => Promise<Prepared>;

const spawned = async (team: Team) => (await team.spawn()).id;

const claimed = async (team: Team, number: number) => {
  team.onGitHub(number);
  const sessionId = await spawned(team);
  const claim = await team.claim(sessionId, number);
  if (claim?.__typename !== 'ClaimPRPayload') throw new Error('The claim was refused.');
  return { sessionId, pullRequestId: claim.pullRequest.id };
};

const CHECKED = { checks: [{ name: 'build' }], reviews: [{ author: 'ines', state: 'APPROVED' }] };

const ACTS: [name: string, statements: number, prepare: Preparation][] = [
  ['spawnSession of a person', 7, async (team) => () => team.spawn()],
  [
    'spawnSession of an agent',
    9,
    async (team) => {
      const agent = await team.employ();
      return () => team.spawn({ agentId: agent.id });
    },
  ],
  [
    'spawnSession with a first claim',
    14,
    async (team, number) => {
      team.onGitHub(number);
      return () => team.spawn({ claimPR: { pr: String(number), allowTakeover: false } });
    },
  ],
  [
    'reportActivity',
    7,
    async (team) => {
      const sessionId = await spawned(team);
      const input = { sessionId, state: 'ACTIVE' } as const;
      return () => team.owner.query(mutations.ReportActivity, { input });
    },
  ],
  [
    'terminateSession',
    7,
    async (team) => {
      const sessionId = await spawned(team);
      return () => team.owner.query(mutations.TerminateSession, { input: { sessionId } });
    },
  ],
  [
    'restoreSession',
    9,
    async (team) => {
      const sessionId = await spawned(team);
      await team.terminate(sessionId);
      return () => team.owner.query(mutations.RestoreSession, { input: { sessionId } });
    },
  ],
  [
    'renameSession',
    7,
    async (team) => {
      const input = { sessionId: await spawned(team), displayName: 'Ada' };
      return () => team.owner.query(mutations.RenameSession, { input });
    },
  ],
  [
    'a first claim',
    12,
    async (team, number) => {
      team.onGitHub(number);
      const sessionId = await spawned(team);
      return () => team.claim(sessionId, number);
    },
  ],
  [
    'a first claim of a pull request with a check and a review',
    14,
    async (team, number) => {
      team.onGitHub(number, CHECKED);
      const sessionId = await spawned(team);
      return () => team.claim(sessionId, number);
    },
  ],
  [
    'a first claim with an idempotency key',
    15,
    async (team, number) => {
      team.onGitHub(number);
      const sessionId = await spawned(team);
      return () => team.claim(sessionId, number, { idempotencyKey: 'once' });
    },
  ],
  [
    'a claim again',
    14,
    async (team, number) => {
      const { sessionId } = await claimed(team, number);
      return () => team.claim(sessionId, number);
    },
  ],
  [
    'a takeover',
    16,
    async (team, number) => {
      await claimed(team, number);
      const sessionId = await spawned(team);
      return () => team.claim(sessionId, number);
    },
  ],
  [
    'releasePR',
    10,
    async (team, number) => {
      const input = await claimed(team, number);
      return () => team.owner.query(mutations.ReleasePR, { input });
    },
  ],
  [
    'refreshPR',
    14,
    async (team, number) => {
      const { pullRequestId } = await claimed(team, number);
      return () => team.owner.query(mutations.RefreshPR, { input: { pullRequestId } });
    },
  ],
  [
    'watchRepo',
    7,
    async (team, number) => {
      const input = { agentId: (await team.employ()).id, repo: `acme/rocket-${number}` };
      return () => team.owner.query(mutations.WatchRepo, { input });
    },
  ],
  [
    'offboardAgent of one with nothing',
    10,
    async (team) => {
      const agentId = (await team.employ()).id;
      return () => team.owner.query(mutations.OffboardAgent, { input: { agentId } });
    },
  ],
  [
    'offboardAgent of one with two sessions, a repository and a token',
    11,
    async (team, number) => {
      const agent = await team.hire();
      await team.spawn({ agentId: agent.id });
      await team.spawn({ agentId: agent.id });
      const input = { agentId: agent.id, repo: `acme/rocket-${number}` };
      await team.owner.query(mutations.WatchRepo, { input });
      return () => team.owner.query(mutations.OffboardAgent, { input: { agentId: agent.id } });
    },
  ],
];

it.for(ACTS.map((act, n) => [...act, 100 + n] as const))(
  '%s takes %i statements',
  async ([, statements, prepare, number], { sharedTeam: team, database }) => {
    const act = await prepare(team, number);
    const counted = countStatements(database.url);
    await act();
    counted.stop();
    expect(counted.statements().map(({ text }) => text)).toHaveLength(statements);
    expect(counted.authentications()).toBe(1);
  },
);
