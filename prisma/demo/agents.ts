/** The agents of the demo, what they hold and what they have learned. */
import type { Person } from './people.ts';

export type DemoAgent = {
  name: string;
  role: string;
  description: string;
  hiredBy: Person;
  hiredHoursAgo: number;
  /** The branch of the tree that its workspace belongs to. */
  branch: (typeof BRANCHES)[number];
  /** Repositories as `owner/name`. */
  watches?: string[];
  memory?: Record<string, string>;
  /** The agent's log, oldest first. */
  actions?: { action: string; outcome?: 'DENIED'; metadata?: Record<string, string | number> }[];
  /** Pull requests of acme/rocket that it has reviewed. */
  reviewed?: number[];
  /** Set for an agent that has left: the reason. */
  offboarded?: string;
};

/** The root of the tree of workspaces, and its branches. Each agent has a workspace of its own below one of them. */
export const ROOT = 'Rocket programme';
export const BRANCHES = ['Flight', 'Ground', 'Quality'] as const;

export const AGENTS: readonly DemoAgent[] = [
  {
    name: 'Ada',
    role: 'implementer',
    description: 'Writes the flight software for telemetry and power.',
    hiredBy: 'owner',
    hiredHoursAgo: 190,
    branch: 'Flight',
    memory: {
      'telemetry/retry': 'The ground station allows six uploads a minute. Double the pause, up to 60 s.',
      'style/errors': 'Reviewers want an error type for each fault, no bare strings.',
    },
    actions: [
      { action: 'branch.push', metadata: { branch: 'feat/telemetry-retry', commits: 3 } },
      { action: 'pullRequest.open', metadata: { number: 7 } },
      { action: 'secret.read', outcome: 'DENIED', metadata: { name: 'GROUND_STATION_KEY' } },
    ],
  },
  {
    name: 'Grace',
    role: 'reviewer',
    description: 'Reviews every pull request of the rocket before a person does.',
    hiredBy: 'owner',
    hiredHoursAgo: 189,
    branch: 'Quality',
    watches: ['acme/rocket'],
    memory: {
      'review/checklist': 'Units in names. No division before the tank is checked. One thread per finding.',
      'review/flaky': 'Simulation / ascent times out on Fridays: rerun once before reporting.',
    },
    actions: [
      { action: 'review.submit', metadata: { number: 101, verdict: 'APPROVED' } },
      { action: 'review.submit', metadata: { number: 105, verdict: 'CHANGES_REQUESTED' } },
    ],
    reviewed: [7, 101, 104, 105, 110],
  },
  {
    name: 'Edsger',
    role: 'architect',
    description: 'Designs before others build, and coordinates the sessions of the rocket.',
    hiredBy: 'owner',
    hiredHoursAgo: 188,
    branch: 'Flight',
    memory: { 'design/stages': 'Two candidates: a table of states, or one actor per stage. Ask Mira.' },
    actions: [{ action: 'document.write', metadata: { path: 'docs/stage-separation.md' } }],
  },
  {
    name: 'Dennis',
    role: 'release manager',
    description: 'Cuts releases, and keeps the ground software in step with the rocket.',
    hiredBy: 'mira',
    hiredHoursAgo: 160,
    branch: 'Ground',
    watches: ['acme/ground-control', 'acme/telemetry'],
    memory: {
      'release/next': '4.2.0 waits for the launch window on the dashboard (#42).',
      'release/freeze': 'No merges from Thursday noon until the countdown has ended.',
      'contacts/range': 'Range safety answers within the hour, before 16:00 only.',
    },
    actions: [
      { action: 'tag.create', metadata: { tag: 'v4.1.3' } },
      { action: 'release.publish', outcome: 'DENIED', metadata: { tag: 'v4.2.0', because: 'freeze' } },
    ],
  },
  {
    name: 'Barbara',
    role: 'implementer',
    description: 'Abstracts what the subsystems have in common.',
    hiredBy: 'mira',
    hiredHoursAgo: 150,
    branch: 'Flight',
    memory: { 'valves/interface': 'All valves share open(share) and close(). Never expose the raw angle.' },
    actions: [{ action: 'branch.push', metadata: { branch: 'feat/valve-interface', commits: 5 } }],
  },
  {
    name: 'Katherine',
    role: 'implementer',
    description: 'Computes trajectories.',
    hiredBy: 'owner',
    hiredHoursAgo: 140,
    branch: 'Flight',
    memory: { 'orbit/check': 'Compare with the table computed by hand before trusting the solver.' },
    actions: [{ action: 'simulation.run', metadata: { scenario: 'ascent', seconds: 412 } }],
  },
  {
    name: 'Margaret',
    role: 'implementer',
    description: 'Writes the guidance software, and what it does when it is overloaded.',
    hiredBy: 'owner',
    hiredHoursAgo: 120,
    branch: 'Flight',
    memory: { 'guidance/overload': 'Shed display updates first, steering last.' },
    actions: [{ action: 'simulation.run', metadata: { scenario: 'landing', seconds: 388 } }],
  },
  {
    name: 'Radia',
    role: 'implementer',
    description: 'Keeps the links between rocket and ground free of loops.',
    hiredBy: 'mira',
    hiredHoursAgo: 100,
    branch: 'Ground',
    watches: ['acme/ground-link'],
    memory: { 'link/failover': 'The spare antenna takes 9 s to warm up.' },
    actions: [{ action: 'branch.push', metadata: { branch: 'feat/link-failover', commits: 4 } }],
  },
  {
    name: 'Hedy',
    role: 'triager',
    description: 'Sorts anomalies, and hands each to the agent that knows its part.',
    hiredBy: 'tomas',
    hiredHoursAgo: 80,
    branch: 'Ground',
    memory: { 'anomaly/117': 'Hopping between channels hides the fault. Fix the channel first.' },
    actions: [{ action: 'issue.label', metadata: { issue: 117, label: 'radio' } }],
  },
  {
    name: 'Annie',
    role: 'tester',
    description: 'Breaks the software before space does.',
    hiredBy: 'tomas',
    hiredHoursAgo: 60,
    branch: 'Quality',
    memory: { 'simulator/licence': 'Expires at the end of the month. Ines renews it.' },
    actions: [{ action: 'simulator.start', outcome: 'DENIED', metadata: { because: 'licence' } }],
  },
  {
    name: 'Donald',
    role: 'writer',
    description: 'Explains the programme to those who must run it at night.',
    hiredBy: 'ines',
    hiredHoursAgo: 40,
    branch: 'Quality',
    memory: { 'style/manual': 'The action first, then the reason. A figure for every limit.' },
    actions: [{ action: 'document.write', metadata: { path: 'manual/abort.md' } }],
  },
  {
    name: 'Alan',
    role: 'implementer',
    description: 'Began the failover of the ground link.',
    hiredBy: 'mira',
    hiredHoursAgo: 30,
    branch: 'Ground',
    memory: { 'link/failover': 'Halting problem: the retry loop has no bound. See #120.' },
    offboarded: 'Its work on the link goes on with Radia.',
  },
];
