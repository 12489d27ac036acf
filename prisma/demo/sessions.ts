/** The sessions of the demo's afternoon: some in each lane of the board, and one for each status that it knows. */
import type { ActivityState } from '../client/enums.ts';

export type DemoSession = {
  /** Null: a person's session. */
  agent: string | null;
  /** At most 20 characters. */
  name: string;
  prompt: string;
  branch?: string;
  /** What its process reported last. Absent: it has never reported. */
  state?: ActivityState;
  startedMinutesAgo: number;
  /** Minutes since the last report. Default: a minute. */
  reportedMinutesAgo?: number;
  kind?: 'ORCHESTRATOR';
  /** The pull requests of acme/rocket that it claims, by number, in this order. It takes them over if it must. */
  claims?: number[];
  /** Whether it ends when its pull requests are merged. */
  endsWithMerge?: boolean;
  /** Whether it was terminated. */
  terminated?: boolean;
};

export const PROJECTS: readonly {
  slug: string;
  name: string;
  repoUrl?: string;
  kind: 'SINGLE_REPO' | 'SCRATCH';
  /** In the order of their numbers: the first one of project `rocket` is `rocket-1`. */
  sessions: DemoSession[];
}[] = [
  {
    slug: 'rocket',
    name: 'Rocket',
    repoUrl: 'https://github.com/acme/rocket',
    kind: 'SINGLE_REPO',
    sessions: [
      // The story of the playground: it claims #42 with the first, takes it over with the second, and offboards the
      // agent of the fourth.
      {
        agent: 'Ada',
        name: 'Telemetry retry',
        prompt: 'Telemetry survives a lost link',
        branch: 'feat/telemetry-retry',
        state: 'IDLE',
        startedMinutesAgo: 310,
        reportedMinutesAgo: 34,
        claims: [7],
      },
      {
        agent: 'Grace',
        name: 'Review queue',
        prompt: 'Review queue',
        state: 'ACTIVE',
        startedMinutesAgo: 300,
      },
      {
        agent: 'Edsger',
        name: 'Stage separation',
        prompt: 'Stage separation: which of two designs?',
        state: 'WAITING_INPUT',
        startedMinutesAgo: 290,
        reportedMinutesAgo: 12,
      },
      {
        agent: 'Dennis',
        name: 'Release notes',
        prompt: 'Release notes of 4.2.0',
        branch: 'docs/release-4.2.0',
        state: 'IDLE',
        startedMinutesAgo: 285,
        reportedMinutesAgo: 22,
        claims: [101],
      },
      {
        agent: 'Dennis',
        name: 'Countdown list',
        prompt: 'Checklist for the countdown',
        state: 'ACTIVE',
        startedMinutesAgo: 55,
      },
      {
        agent: 'Edsger',
        name: 'Launch window',
        prompt: 'Coordinate the launch window',
        kind: 'ORCHESTRATOR',
        state: 'ACTIVE',
        startedMinutesAgo: 280,
      },
      {
        agent: 'Barbara',
        name: 'Valve interface',
        prompt: 'One interface for all valves',
        branch: 'feat/valve-interface',
        state: 'IDLE',
        startedMinutesAgo: 275,
        reportedMinutesAgo: 41,
        claims: [102],
      },
      {
        agent: 'Katherine',
        name: 'Side wind',
        prompt: 'Ascent with side wind',
        branch: 'fix/side-wind',
        state: 'IDLE',
        startedMinutesAgo: 270,
        reportedMinutesAgo: 9,
        claims: [103],
      },
      {
        agent: 'Margaret',
        name: 'Shed load',
        prompt: 'Shed load before steering',
        branch: 'feat/shed-load',
        state: 'IDLE',
        startedMinutesAgo: 265,
        reportedMinutesAgo: 15,
        claims: [104],
      },
      {
        agent: 'Ada',
        name: 'Battery gauge',
        prompt: 'Battery gauge in volts',
        branch: 'fix/battery-gauge',
        state: 'IDLE',
        startedMinutesAgo: 240,
        reportedMinutesAgo: 27,
        claims: [105],
      },
      {
        agent: 'Barbara',
        name: 'Pump driver review',
        prompt: 'Answer the review of the pump driver',
        branch: 'feat/pump-driver',
        state: 'ACTIVE',
        startedMinutesAgo: 230,
        claims: [106],
      },
      {
        agent: 'Radia',
        name: 'Spare antenna',
        prompt: 'Failover to the spare antenna',
        branch: 'feat/antenna-failover',
        state: 'IDLE',
        startedMinutesAgo: 225,
        reportedMinutesAgo: 48,
        claims: [107],
      },
      {
        agent: 'Radia',
        name: 'Frame sequence',
        prompt: 'Frames with a sequence number, and their replay',
        branch: 'feat/frame-sequence',
        state: 'IDLE',
        startedMinutesAgo: 220,
        reportedMinutesAgo: 18,
        claims: [108, 115],
      },
      {
        agent: 'Hedy',
        name: 'Radio noise',
        prompt: 'Radio noise is an anomaly of its own',
        branch: 'fix/radio-noise',
        state: 'IDLE',
        startedMinutesAgo: 210,
        reportedMinutesAgo: 7,
        claims: [109],
      },
      {
        agent: 'Katherine',
        name: 'Landing burn',
        prompt: 'Landing burn in one pass',
        branch: 'feat/landing-burn',
        state: 'IDLE',
        startedMinutesAgo: 205,
        reportedMinutesAgo: 63,
        claims: [110],
      },
      {
        agent: 'Margaret',
        name: 'Priority display',
        prompt: 'Priority display in two sizes',
        branch: 'feat/priority-display',
        state: 'IDLE',
        startedMinutesAgo: 200,
        reportedMinutesAgo: 30,
        claims: [111],
      },
      {
        agent: 'Edsger',
        name: 'Abort logic',
        prompt: 'Sketch of the abort logic',
        branch: 'draft/abort-logic',
        state: 'IDLE',
        startedMinutesAgo: 190,
        reportedMinutesAgo: 25,
        claims: [112],
      },
      {
        agent: 'Annie',
        name: 'Fault injection',
        prompt: 'Fault injection for sensors',
        branch: 'draft/fault-injection',
        state: 'IDLE',
        startedMinutesAgo: 180,
        reportedMinutesAgo: 33,
        claims: [113],
      },
      {
        agent: 'Annie',
        name: 'Legs on sand',
        prompt: 'Test the landing legs on sand',
        branch: 'test/legs-on-sand',
        state: 'IDLE',
        startedMinutesAgo: 175,
        reportedMinutesAgo: 52,
        claims: [114],
      },
      {
        agent: 'Barbara',
        name: 'Second clock',
        prompt: 'Remove the second clock',
        branch: 'fix/second-clock',
        state: 'IDLE',
        startedMinutesAgo: 170,
        reportedMinutesAgo: 70,
        claims: [116],
        endsWithMerge: true,
      },
      {
        agent: 'Katherine',
        name: 'Gravity table',
        prompt: 'Table of gravity by height',
        branch: 'feat/gravity-table',
        state: 'IDLE',
        startedMinutesAgo: 165,
        reportedMinutesAgo: 58,
        claims: [117],
      },
      {
        agent: 'Hedy',
        name: 'One channel',
        prompt: 'Try: one channel for everything',
        branch: 'try/one-channel',
        state: 'IDLE',
        startedMinutesAgo: 160,
        reportedMinutesAgo: 90,
        claims: [118],
        terminated: true,
      },
      {
        agent: 'Margaret',
        name: 'Restart guidance',
        prompt: 'Restart guidance in flight',
        branch: 'feat/restart-guidance',
        state: 'IDLE',
        startedMinutesAgo: 150,
        reportedMinutesAgo: 44,
        claims: [119],
      },
      {
        agent: 'Alan',
        name: 'Link failover',
        prompt: 'Failover of the ground link',
        branch: 'feat/link-failover',
        state: 'IDLE',
        startedMinutesAgo: 145,
        reportedMinutesAgo: 75,
        claims: [120],
      },
      {
        agent: 'Radia',
        name: 'Link failover, again',
        prompt: 'Failover of the ground link, continued',
        branch: 'feat/link-failover',
        state: 'IDLE',
        startedMinutesAgo: 66,
        reportedMinutesAgo: 11,
        claims: [120],
      },
      {
        agent: 'Ada',
        name: 'Smaller uploads',
        prompt: 'Upload in smaller parts',
        state: 'EXITED',
        startedMinutesAgo: 60,
        reportedMinutesAgo: 20,
      },
      { agent: 'Hedy', name: 'Night triage', prompt: 'Triage of the night shift', startedMinutesAgo: 6 },
      {
        agent: 'Annie',
        name: 'Landing simulation',
        prompt: 'Simulate the landing (licence expired)',
        state: 'BLOCKED',
        startedMinutesAgo: 50,
        reportedMinutesAgo: 29,
      },
      {
        agent: null,
        name: 'Night colours',
        prompt: 'Dashboard: colours for the night',
        branch: 'feat/night-colours',
        state: 'IDLE',
        startedMinutesAgo: 130,
        reportedMinutesAgo: 16,
        claims: [122, 121],
      },
    ],
  },
  {
    slug: 'manual',
    name: 'Manual',
    kind: 'SCRATCH',
    sessions: [
      {
        agent: 'Donald',
        name: 'Abort manual',
        prompt: 'Abort, step by step',
        state: 'ACTIVE',
        startedMinutesAgo: 120,
      },
      {
        agent: 'Donald',
        name: 'Glossary',
        prompt: 'Glossary',
        state: 'IDLE',
        startedMinutesAgo: 110,
        reportedMinutesAgo: 36,
      },
      {
        agent: 'Grace',
        name: 'Review guide',
        prompt: 'How we review',
        state: 'IDLE',
        startedMinutesAgo: 100,
        reportedMinutesAgo: 80,
        terminated: true,
      },
    ],
  },
];
