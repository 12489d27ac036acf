import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, loadConfig } from '../src/config/config.ts';

const SECRET = 'hunter2-hunter2';

/** The faults of an environment, or an empty list when it has none. */
function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

describe('the default configuration', () => {
  it('needs no variable', () => {
    expect(loadConfig({})).toEqual({
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: undefined,
      redisUrl: undefined,
      dataDir: resolve('.muster'),
      bootstrapToken: undefined,
      scm: 'demo',
      github: {
        apiUrl: 'https://api.github.com',
        token: undefined,
        webhookSecret: undefined,
        proxy: undefined,
      },
      orgTemplatesDir: undefined,
      runtime: { kind: 'none' },
      availableEnv: [],
      sweep: { idleDays: 7, graceMinutes: 10 },
      feedRetention: { days: 30, rows: 5_000_000 },
      quotas: {
        agents: 20_000,
        tokens: 50_000,
        agentMemories: 10_000,
        agentMemoryBytes: 67_108_864,
        agentActionsPerDay: 10_000,
        agentActionBytesPerDay: 67_108_864,
        agentRefusalsPerMinute: 10,
      },
      runningLimits: { answerBytes: 16_777_216, deadlineMs: 10_000 },
      sharedEvents: true,
      logLevel: 'info',
    });
  });

  it('applies to empty variables too', () => {
    const names = [
      'PORT',
      'HOST',
      'DATABASE_URL',
      'REDIS_URL',
      'MUSTER_DATA_DIR',
      'MUSTER_BOOTSTRAP_TOKEN',
      'MUSTER_SCM',
      'GITHUB_API_URL',
      'GITHUB_TOKEN',
      'GITHUB_WEBHOOK_SECRET',
      'ORG_TEMPLATES_DIR',
      'MUSTER_RUNTIME',
      'MUSTER_RUNTIME_EXEC',
      'MUSTER_AVAILABLE_ENV',
      'EXECUTION_WORKSPACE_IDLE_DAYS',
      'EXECUTION_WORKSPACE_GRACE_MINUTES',
      'FEED_RETENTION_DAYS',
      'FEED_RETENTION_ROWS',
      'QUOTA_AGENTS',
      'QUOTA_TOKENS',
      'QUOTA_AGENT_MEMORIES',
      'QUOTA_AGENT_MEMORY_BYTES',
      'QUOTA_AGENT_ACTIONS_PER_DAY',
      'QUOTA_AGENT_ACTION_BYTES_PER_DAY',
      'QUOTA_AGENT_REFUSALS_PER_MINUTE',
      'LOG_LEVEL',
    ];
    expect(loadConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(loadConfig({}));
  });

  it('uses GitHub when DATABASE_URL is set', () => {
    const DATABASE_URL = 'postgres://localhost/muster';
    expect(loadConfig({ DATABASE_URL }).scm).toBe('github');
    expect(loadConfig({ DATABASE_URL, MUSTER_SCM: 'demo' }).scm).toBe('demo');
    expect(loadConfig({ DATABASE_URL: '' }).scm).toBe('demo');
    expect(loadConfig({ MUSTER_SCM: 'github' }).scm).toBe('github');
  });

  it('is frozen with all its parts', () => {
    const config = loadConfig({
      MUSTER_AVAILABLE_ENV: 'A',
      MUSTER_RUNTIME: 'exec',
      MUSTER_RUNTIME_EXEC: 'x',
    });
    const { github, runtime, availableEnv, feedRetention } = config;
    const environment = runtime.kind === 'exec' && runtime.environment;
    const parts = [config, github, runtime, environment, availableEnv, feedRetention];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
  });
});

it('the environment of the runtime program has no variable of Muster, PostgreSQL or GitHub', () => {
  const { runtime } = loadConfig({
    MUSTER_RUNTIME: 'exec',
    MUSTER_RUNTIME_EXEC: 'x',
    PATH: '/bin',
    DOCKER_HOST: 'unix:///x',
    PORT: '4000',
    DATABASE_URL: 'postgres://u:p@db/muster',
    PGPASSWORD: 'p',
    GITHUB_TOKEN: 't',
    MUSTER_ANYTHING: 's',
  });
  expect(runtime).toEqual({
    kind: 'exec',
    program: 'x',
    environment: { PATH: '/bin', DOCKER_HOST: 'unix:///x' },
  });
});

describe('the configuration accepts', () => {
  it.each([
    [{ PORT: '0' }, { port: 0 }],
    [{ PORT: '65535' }, { port: 65_535 }],
    [{ HOST: '0.0.0.0' }, { host: '0.0.0.0' }],
    [{ HOST: '::' }, { host: '::' }],
    [{ DATABASE_URL: 'postgres://u:p@db/muster' }, { databaseUrl: 'postgres://u:p@db/muster' }],
    [
      { DATABASE_URL: 'postgresql:///muster?host=/run/postgresql' },
      { databaseUrl: 'postgresql:///muster?host=/run/postgresql' },
    ],
    [
      { DATABASE_URL: 'postgres://u:p@db/muster?schema=public&sslmode=require' },
      { databaseUrl: 'postgres://u:p@db/muster?schema=public&sslmode=require' },
    ],
    [{ REDIS_URL: 'redis://cache:6379' }, { redisUrl: 'redis://cache:6379' }],
    [{ REDIS_URL: 'rediss://:p@cache' }, { redisUrl: 'rediss://:p@cache' }],
    [{ MUSTER_DATA_DIR: '/var/lib/muster' }, { dataDir: '/var/lib/muster' }],
    [{ MUSTER_DATA_DIR: 'data' }, { dataDir: resolve('data') }],
    [{ MUSTER_BOOTSTRAP_TOKEN: '12345678' }, { bootstrapToken: '12345678' }],
    [{ ORG_TEMPLATES_DIR: './orgs' }, { orgTemplatesDir: resolve('orgs') }],
    [{ MUSTER_RUNTIME: 'none', MUSTER_RUNTIME_EXEC: 'x' }, { runtime: { kind: 'none' } }],
    [{ MUSTER_RUNTIME: 'exec', MUSTER_RUNTIME_EXEC: 'x' }, { runtime: { kind: 'exec', program: 'x' } }],
    [{ MUSTER_AVAILABLE_ENV: ' A_1, b ,,A_1 _C\n' }, { availableEnv: ['A_1', 'b', '_C'] }],
    [{ EXECUTION_WORKSPACE_IDLE_DAYS: '1' }, { sweep: { idleDays: 1, graceMinutes: 10 } }],
    [{ EXECUTION_WORKSPACE_GRACE_MINUTES: '0' }, { sweep: { idleDays: 7, graceMinutes: 0 } }],
    [{ FEED_RETENTION_DAYS: '1' }, { feedRetention: { days: 1, rows: 5_000_000 } }],
    [{ FEED_RETENTION_ROWS: '100000000' }, { feedRetention: { days: 30, rows: 100_000_000 } }],
    [{ SHARED_EVENTS: 'off' }, { sharedEvents: false }],
    [{ LOG_LEVEL: 'trace' }, { logLevel: 'trace' }],
    [{ LOG_LEVEL: 'silent' }, { logLevel: 'silent' }],
    [{ SOMETHING_ELSE: 'x' }, {}],
  ] as [Record<string, string>, object][])('%j', (env, expected) => {
    expect(loadConfig(env)).toMatchObject(expected);
  });

  it.each([
    ['https://api.github.com/', 'https://api.github.com'],
    ['https://ghe.example/api/', 'https://ghe.example/api'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
  ])('GITHUB_API_URL=%s', (given, apiUrl) => {
    const env = { GITHUB_API_URL: given, GITHUB_TOKEN: 'ghp_x', GITHUB_WEBHOOK_SECRET: 'with space' };
    expect(loadConfig(env).github).toEqual({ apiUrl, token: 'ghp_x', webhookSecret: 'with space' });
  });
});

describe('the configuration refuses', () => {
  it.each([
    [{ PORT: '65536' }, 'PORT is "65536"; expected a whole number from 0 to 65535'],
    [{ PORT: '-1' }, 'PORT is "-1"; expected a whole number from 0 to 65535'],
    [{ PORT: ' 80' }, 'PORT is " 80"; expected a whole number from 0 to 65535'],
    [{ PORT: '0x50' }, 'PORT is "0x50"; expected a whole number from 0 to 65535'],
    [{ HOST: 'http://localhost' }, 'HOST is not a host; expected a name or an address, as in 127.0.0.1'],
    [{ MUSTER_SCM: 'gitlab' }, 'MUSTER_SCM is "gitlab"; expected one of demo, github'],
    [{ MUSTER_RUNTIME: 'docker' }, 'MUSTER_RUNTIME is "docker"; expected one of none, exec'],
    [
      { MUSTER_RUNTIME: 'exec' },
      'MUSTER_RUNTIME_EXEC is not set; expected the program to run, because MUSTER_RUNTIME is exec',
    ],
    [
      { MUSTER_RUNTIME: 'exec', MUSTER_RUNTIME_EXEC: '' },
      'MUSTER_RUNTIME_EXEC is not set; expected the program to run, because MUSTER_RUNTIME is exec',
    ],
    [
      { EXECUTION_WORKSPACE_IDLE_DAYS: '0' },
      'EXECUTION_WORKSPACE_IDLE_DAYS is "0"; expected a whole number from 1 to 10000',
    ],
    [{ FEED_RETENTION_DAYS: '0' }, 'FEED_RETENTION_DAYS is "0"; expected a whole number from 1 to 1000000'],
    [
      { FEED_RETENTION_ROWS: '5,000,000' },
      'FEED_RETENTION_ROWS is "5,000,000"; expected a whole number from 1 to 9007199254740991',
    ],
    [
      { FEED_RETENTION_ROWS: '1.5' },
      'FEED_RETENTION_ROWS is "1.5"; expected a whole number from 1 to 9007199254740991',
    ],
    [
      { LOG_LEVEL: 'verbose' },
      'LOG_LEVEL is "verbose"; expected one of fatal, error, warn, info, debug, trace, silent',
    ],
  ] as [Record<string, string>, string][])('%j', (env, fault) => {
    expect(faultsOf(env)).toEqual([fault]);
  });

  it.each([
    ['DATABASE_URL', `mysql://muster:${SECRET}@db/muster`, 'expected postgres:// or postgresql://'],
    ['DATABASE_URL', `muster:${SECRET}@db/muster`, 'expected postgres:// or postgresql://'],
    ['DATABASE_URL', `postgres:${SECRET}`, 'expected postgres:// or postgresql://'],
    ['DATABASE_URL', `postgres://u:${SECRET}@db:port/x`, 'expected postgres:// or postgresql://'],
    ['DATABASE_URL', `postgres://u:${SECRET}@db/x?schema=muster`, 'the tables are in the schema public'],
    ['DATABASE_URL', `postgres://u:${SECRET}@db/x?schema=`, 'the tables are in the schema public'],
    [
      'DATABASE_URL',
      `postgres://u:${SECRET}@db/x?options=-c%20search_path%3Dmuster`,
      'the tables are in the schema public',
    ],
    ['REDIS_URL', `http://:${SECRET}@cache`, 'expected redis:// or rediss://'],
    ['GITHUB_API_URL', `ftp://x:${SECRET}@ghe.example`, 'expected https:// or http://'],
    ['GITHUB_TOKEN', `${SECRET}\n${SECRET}`, 'no white space'],
    ['MUSTER_BOOTSTRAP_TOKEN', `${SECRET} ${SECRET}`, '8 to 200 characters of ASCII, no white space'],
    ['MUSTER_BOOTSTRAP_TOKEN', SECRET.slice(0, 7), '8 to 200 characters of ASCII, no white space'],
    ['MUSTER_BOOTSTRAP_TOKEN', SECRET.repeat(14), '8 to 200 characters of ASCII, no white space'],
    ['MUSTER_BOOTSTRAP_TOKEN', `${SECRET}é`, '8 to 200 characters of ASCII, no white space'],
    ['MUSTER_AVAILABLE_ENV', `OK,KEY=${SECRET}`, 'has no name in place 2; expected names'],
  ])('an invalid %s without repeating the value, which may be secret', (name, value, expected) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(expected);
    expect(faults[0]).toMatch(new RegExp(`^${name} `));
    expect(faults[0]).not.toContain(SECRET.slice(0, 7));
  });

  it('faults of several kinds in one message', () => {
    const load = () => loadConfig({ PORT: 'x', DATABASE_URL: 'x', MUSTER_RUNTIME: 'exec', LOG_LEVEL: 'x' });
    expect(load).toThrow(ConfigurationError);
    expect(load).toThrow(
      [
        'The configuration is not valid:',
        '  PORT is "x"; expected a whole number from 0 to 65535',
        '  DATABASE_URL is not such a URL; expected postgres:// or postgresql://, as in postgresql://user:password@host:5432/muster',
        '  LOG_LEVEL is "x"; expected one of fatal, error, warn, info, debug, trace, silent',
        '  MUSTER_RUNTIME_EXEC is not set; expected the program to run, because MUSTER_RUNTIME is exec',
      ].join('\n'),
    );
  });
});
