import { resolve } from 'node:path';
import { z } from 'zod';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** What a header carries as it is: no spaces, nothing beyond ASCII. */
const BOOTSTRAP_TOKEN = /^[\x21-\x7e]{8,200}$/;
/** Some 2,700 years: more, and `now() - interval` leaves PostgreSQL's range of dates. */
const MAX_RETENTION_DAYS = 1_000_000;

/**
 * What the environment says, read once. Everything else takes its part of this as an argument, so that any number of
 * differently configured servers can run in one process.
 */
export type Config = {
  readonly port: number;
  readonly host: string;
  /** Absent: the embedded PostgreSQL. */
  readonly databaseUrl?: string;
  /** Absent: the in-process bus. */
  readonly redisUrl?: string;
  /** Absolute. */
  readonly dataDir: string;
  /** Absent: a random one is made. */
  readonly bootstrapToken?: string;
  readonly scm: 'demo' | 'github';
  readonly github: {
    /** Without a trailing slash; `/graphql` below it is the endpoint. */
    readonly apiUrl: string;
    readonly token?: string;
    readonly webhookSecret?: string;
  };
  /** Absolute. Absent: importOrg has no `directory` sources. */
  readonly orgTemplatesDir?: string;
  readonly runtime:
    | { readonly kind: 'none' }
    | {
        readonly kind: 'exec';
        readonly program: string;
        /** What the program finds in its environment: ours, without what is our own concern. */
        readonly environment: Readonly<Record<string, string>>;
      };
  /** Names of the environment variables that the runtime provides. */
  readonly availableEnv: readonly string[];
  readonly feedRetention: { readonly days: number; readonly rows: number };
  readonly logLevel: (typeof LOG_LEVELS)[number];
};

/** All faults of the environment in one message, a line each. A fault never repeats what may be a secret. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}

/**
 * Reads the configuration from the environment; nothing else in the program does. An empty variable is one not set.
 *
 * @throws {ConfigurationError} which names every faulty variable, what is wrong with it and what is expected.
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  // Not a rule of the zod object: those wait until every single variable is right.
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
    }),
    orgTemplatesDir: e.ORG_TEMPLATES_DIR,
    runtime: Object.freeze(
      e.MUSTER_RUNTIME === 'exec' && e.MUSTER_RUNTIME_EXEC !== undefined
        ? { kind: 'exec', program: e.MUSTER_RUNTIME_EXEC, environment: Object.freeze(withoutOurs(given)) }
        : { kind: 'none' },
    ),
    availableEnv: Object.freeze(e.MUSTER_AVAILABLE_ENV),
    feedRetention: Object.freeze({ days: e.FEED_RETENTION_DAYS, rows: e.FEED_RETENTION_ROWS }),
    logLevel: e.LOG_LEVEL,
  });
}

/** Connections and tokens among them: what we read is not for programs that we call. libpq's variables lead to our database. */
function withoutOurs(env: Record<string, string | undefined>): Record<string, string> {
  const isOurs = (name: string) => name in environment.shape || /^(MUSTER_|PG[A-Z])/.test(name);
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !isOurs(entry[0]),
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

/** A URL may hold a password, so a fault says what is wrong with it without repeating it. */
const url = (schemes: readonly string[], example: string) => {
  const starts = schemes.map((scheme) => `${scheme}://`);
  return z
    .string()
    .refine((value) => URL.canParse(value) && starts.some((start) => value.toLowerCase().startsWith(start)), {
      error: `is not such a URL; expected ${starts.join(' or ')}, as in ${example}`,
    });
};

/** A fault does not repeat a secret. */
const secret = (pattern: RegExp, expected: string) =>
  z.string().regex(pattern, { error: `is not usable as a token; expected ${expected}` });

const directory = z.string().transform((path) => resolve(path));

const names = z
  .string()
  .transform((list) => [...new Set(list.split(/[\s,]+/).filter((name) => name !== ''))])
  .superRefine((list, ctx) => {
    for (const [index, name] of list.entries()) {
      if (/^[A-Za-z_]\w*$/.test(name)) continue;
      // The entry is not repeated: someone may have written NAME=value.
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
  DATABASE_URL: url(['postgres', 'postgresql'], 'postgresql://user:password@host:5432/muster').optional(),
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
  FEED_RETENTION_DAYS: integer(1, MAX_RETENTION_DAYS).default(30),
  FEED_RETENTION_ROWS: integer(1, Number.MAX_SAFE_INTEGER).default(5_000_000),
  LOG_LEVEL: oneOf(...LOG_LEVELS).default('info'),
});
