import { resolve } from 'node:path';
import { z } from 'zod';
import { RUNNING_LIMITS, type RunningLimits } from '../load/operation.ts';
import { DEFAULT_QUOTAS, type Quotas } from './quotas.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** Printable ASCII without spaces, which an HTTP header carries unchanged. */
const BOOTSTRAP_TOKEN = /^[\x21-\x7e]{8,200}$/;
/** About 2,700 years. With more, `now() - interval` leaves PostgreSQL's range of dates. */
const MAX_RETENTION_DAYS = 1_000_000;
const MAX_IDLE_DAYS = 10_000;
/** A week. */
const MAX_GRACE_MINUTES = 10_080;
/** Enough for the introspection query. */
const MIN_ANSWER_BYTES = 1024 * 1024;
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;
const MAX_DEADLINE_SECONDS = 600;

/**
 * The configuration from the environment, read once. Other modules take their part of it as an argument, so that servers
 * with different configurations can run in one process.
 */
export type Config = {
  readonly port: number;
  readonly host: string;
  /** Default: the embedded PostgreSQL. */
  readonly databaseUrl?: string;
  /** Default: the in-process bus. */
  readonly redisUrl?: string;
  /** Absolute. */
  readonly dataDir: string;
  /** Default: a random one. */
  readonly bootstrapToken?: string;
  readonly scm: 'demo' | 'github';
  readonly github: {
    /** Without a trailing slash. The endpoint is `/graphql` below it. */
    readonly apiUrl: string;
    readonly token?: string;
    readonly webhookSecret?: string;
    /** Default: no proxy. */
    readonly proxy?: HttpProxy;
  };
  /** Absolute. Without it, importOrg has no `directory` sources. */
  readonly orgTemplatesDir?: string;
  readonly runtime:
    | { readonly kind: 'none' }
    | {
        readonly kind: 'exec';
        readonly program: string;
        /** The program's environment: this process's, without Muster's own variables. */
        readonly environment: Readonly<Record<string, string>>;
      };
  /** Names of the environment variables that the runtime provides. */
  readonly availableEnv: readonly string[];
  /** Which execution workspaces the sweeper closes. */
  readonly sweep: { readonly idleDays: number; readonly graceMinutes: number };
  readonly feedRetention: { readonly days: number; readonly rows: number };
  readonly runningLimits: Readonly<RunningLimits>;
  /** Whether subscribers who receive the same share the execution of their events. */
  readonly sharedEvents: boolean;
  readonly quotas: Quotas;
  readonly logLevel: (typeof LOG_LEVELS)[number];
};

/** The proxy for requests to the source-code host. */
export type HttpProxy = {
  /** For https URLs. */
  readonly https?: string;
  /** For http URLs, and for https URLs when there is no other. */
  readonly http?: string;
  /** The hosts that are reached directly, separated by commas. */
  readonly except?: string;
};

/** Lists every invalid variable, one per line. A line never repeats a value that may be a secret. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}

/**
 * Reads the configuration from the environment. No other module reads it. An empty variable counts as not set.
 *
 * @throws {ConfigurationError} which names every invalid variable, what is wrong and what is expected.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.extend(proxyEnvironment.shape).safeParse(given);
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  // zod checks rules between variables only once each variable is valid, so this rule stands here.
  if (given.MUSTER_RUNTIME === 'exec' && given.MUSTER_RUNTIME_EXEC === undefined) {
    faults.push(
      'MUSTER_RUNTIME_EXEC is not set; expected the program to run, because MUSTER_RUNTIME is exec',
    );
  }
  if (!parsed.success || faults.length > 0) throw new ConfigurationError(faults);

  const e = parsed.data;
  return Object.freeze<Config>({
    port: e.PORT,
    host: e.HOST,
    databaseUrl: e.DATABASE_URL,
    redisUrl: e.REDIS_URL,
    dataDir: e.MUSTER_DATA_DIR,
    bootstrapToken: e.MUSTER_BOOTSTRAP_TOKEN,
    scm: e.MUSTER_SCM ?? (e.DATABASE_URL === undefined ? 'demo' : 'github'),
    github: Object.freeze({
      apiUrl: e.GITHUB_API_URL,
      token: e.GITHUB_TOKEN,
      webhookSecret: e.GITHUB_WEBHOOK_SECRET,
      proxy: proxyOf(e),
    }),
    orgTemplatesDir: e.ORG_TEMPLATES_DIR,
    runtime: Object.freeze(
      e.MUSTER_RUNTIME === 'exec' && e.MUSTER_RUNTIME_EXEC !== undefined
        ? { kind: 'exec', program: e.MUSTER_RUNTIME_EXEC, environment: Object.freeze(withoutOwn(given)) }
        : { kind: 'none' },
    ),
    availableEnv: Object.freeze(e.MUSTER_AVAILABLE_ENV),
    sweep: Object.freeze({
      idleDays: e.EXECUTION_WORKSPACE_IDLE_DAYS,
      graceMinutes: e.EXECUTION_WORKSPACE_GRACE_MINUTES,
    }),
    feedRetention: Object.freeze({ days: e.FEED_RETENTION_DAYS, rows: e.FEED_RETENTION_ROWS }),
    runningLimits: Object.freeze({
      answerBytes: e.MAX_ANSWER_BYTES,
      deadlineMs: e.OPERATION_DEADLINE_SECONDS * 1_000,
    }),
    sharedEvents: e.SHARED_EVENTS === 'on',
    quotas: Object.freeze({
      agents: e.QUOTA_AGENTS,
      tokens: e.QUOTA_TOKENS,
      agentMemories: e.QUOTA_AGENT_MEMORIES,
      agentMemoryBytes: e.QUOTA_AGENT_MEMORY_BYTES,
      agentActionsPerDay: e.QUOTA_AGENT_ACTIONS_PER_DAY,
      agentActionBytesPerDay: e.QUOTA_AGENT_ACTION_BYTES_PER_DAY,
      agentRefusalsPerMinute: e.QUOTA_AGENT_REFUSALS_PER_MINUTE,
    }),
    logLevel: e.LOG_LEVEL,
  });
}

/** Curl and others read the lower-case names only, and prefer them. */
function proxyOf(e: z.output<typeof proxyEnvironment>): HttpProxy | undefined {
  const https = e.https_proxy ?? e.HTTPS_PROXY;
  const http = e.http_proxy ?? e.HTTP_PROXY;
  if (https === undefined && http === undefined) return undefined;
  return Object.freeze({ https, http, except: e.no_proxy ?? e.NO_PROXY });
}

/** Removes Muster's own variables, which contain URLs and tokens, and libpq's, which lead to Muster's database. */
function withoutOwn(env: Record<string, string | undefined>): Record<string, string> {
  const isOwn = (name: string) => name in environment.shape || /^(MUSTER_|PG[A-Z])/.test(name);
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !isOwn(entry[0]),
    ),
  );
}

const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, {
    error: ({ input }) => `is ${JSON.stringify(input)}; expected one of ${values.join(', ')}`,
  });

const integer = (min: number, max: number) =>
  z
    .string()
    .refine((value) => /^\d{1,16}$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: ({ input }) => `is ${JSON.stringify(input)}; expected a whole number from ${min} to ${max}`,
    })
    .transform(Number);

/** The largest value of GraphQL's `Int`, which QUOTA_EXCEEDED has the limit as. */
const quota = integer(1, 2 ** 31 - 1);

/** The error does not repeat the value, because a URL may contain a password. */
const url = (schemes: readonly string[], example: string) => {
  const starts = schemes.map((scheme) => `${scheme}://`);
  return z
    .string()
    .refine((value) => URL.canParse(value) && starts.some((start) => value.toLowerCase().startsWith(start)), {
      error: `is not such a URL; expected ${starts.join(' or ')}, as in ${example}`,
      abort: true,
    });
};

/** The functions and triggers of the migrations name the schema, so tables in another one would not be found. */
const databaseUrl = url(['postgres', 'postgresql'], 'postgresql://user:password@host:5432/muster').refine(
  (value) => {
    const { searchParams } = new URL(value);
    return (
      (searchParams.get('schema') ?? 'public') === 'public' &&
      !/\bsearch_path\b/i.test(searchParams.get('options') ?? '')
    );
  },
  'asks for a schema with `schema` or `search_path`; expected neither, because the tables are in the schema public: give Muster a database of its own',
);

/** The error does not repeat the value. */
const secret = (pattern: RegExp, expected: string) =>
  z.string().regex(pattern, { error: `is not usable as a token; expected ${expected}` });

const directory = z.string().transform((path) => resolve(path));

const names = z
  .string()
  .transform((list) => [...new Set(list.split(/[\s,]+/).filter((name) => name !== ''))])
  .superRefine((list, ctx) => {
    for (const [index, name] of list.entries()) {
      if (/^[A-Za-z_]\w*$/.test(name)) continue;
      // The error does not repeat the entry, because it may be NAME=value with a secret.
      ctx.addIssue(
        `has no name in place ${index + 1}; expected names of variables (letters, digits, _), separated by commas or spaces`,
      );
    }
  });

const environment = z.object({
  PORT: integer(0, 65_535).default(4000),
  HOST: z
    .string()
    .refine((host) => !/[\s/]/.test(host), 'is not a host; expected a name or an address, as in 127.0.0.1')
    .default('127.0.0.1'),
  DATABASE_URL: databaseUrl.optional(),
  REDIS_URL: url(['redis', 'rediss'], 'redis://host:6379').optional(),
  MUSTER_DATA_DIR: directory.default(() => resolve('.muster')),
  MUSTER_BOOTSTRAP_TOKEN: secret(BOOTSTRAP_TOKEN, '8 to 200 characters of ASCII, no white space').optional(),
  MUSTER_SCM: oneOf('demo', 'github').optional(),
  GITHUB_API_URL: url(['https', 'http'], 'https://api.github.com')
    .transform((address) => address.replace(/\/+$/, ''))
    .default('https://api.github.com'),
  GITHUB_TOKEN: secret(/^\S+$/, 'no white space').optional(),
  GITHUB_WEBHOOK_SECRET: z.string().optional(),
  ORG_TEMPLATES_DIR: directory.optional(),
  MUSTER_RUNTIME: oneOf('none', 'exec').default('none'),
  MUSTER_RUNTIME_EXEC: z.string().optional(),
  MUSTER_AVAILABLE_ENV: names.default(() => []),
  EXECUTION_WORKSPACE_IDLE_DAYS: integer(1, MAX_IDLE_DAYS).default(7),
  EXECUTION_WORKSPACE_GRACE_MINUTES: integer(0, MAX_GRACE_MINUTES).default(10),
  FEED_RETENTION_DAYS: integer(1, MAX_RETENTION_DAYS).default(30),
  FEED_RETENTION_ROWS: integer(1, Number.MAX_SAFE_INTEGER).default(5_000_000),
  MAX_ANSWER_BYTES: integer(MIN_ANSWER_BYTES, MAX_ANSWER_BYTES).default(RUNNING_LIMITS.answerBytes),
  OPERATION_DEADLINE_SECONDS: integer(1, MAX_DEADLINE_SECONDS).default(RUNNING_LIMITS.deadlineMs / 1_000),
  SHARED_EVENTS: oneOf('on', 'off').default('on'),
  QUOTA_AGENTS: quota.default(DEFAULT_QUOTAS.agents),
  QUOTA_TOKENS: quota.default(DEFAULT_QUOTAS.tokens),
  QUOTA_AGENT_MEMORIES: quota.default(DEFAULT_QUOTAS.agentMemories),
  QUOTA_AGENT_MEMORY_BYTES: quota.default(DEFAULT_QUOTAS.agentMemoryBytes),
  QUOTA_AGENT_ACTIONS_PER_DAY: quota.default(DEFAULT_QUOTAS.agentActionsPerDay),
  QUOTA_AGENT_ACTION_BYTES_PER_DAY: quota.default(DEFAULT_QUOTAS.agentActionBytesPerDay),
  QUOTA_AGENT_REFUSALS_PER_MINUTE: quota.default(DEFAULT_QUOTAS.agentRefusalsPerMinute),
  LOG_LEVEL: oneOf(...LOG_LEVELS).default('info'),
});

const proxyUrl = url(['http', 'https'], 'http://proxy.example:3128').optional();

/** Every program's variables, not only Muster's: programs that Muster runs receive them too. */
const proxyEnvironment = z.object({
  HTTPS_PROXY: proxyUrl,
  https_proxy: proxyUrl,
  HTTP_PROXY: proxyUrl,
  http_proxy: proxyUrl,
  NO_PROXY: z.string().optional(),
  no_proxy: z.string().optional(),
});
