import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config/config.ts';

const REDACTED = '[redacted]';

/** Names of secret fields, with any prefix: bootstrapToken, set-cookie, GITHUB_WEBHOOK_SECRET. */
const SECRET_NAME =
  /(authorization|cookies?|tokens?|secrets?|passw(or)?d|passphrase|credentials?|(api|private)[-_]?key)$/i;

/**
 * Secrets inside a text, such as an error message. The redacted text keeps the scheme, the host and the name. A client
 * may have sent the text, so each pattern is bounded and cannot backtrack for long.
 */
const SECRETS_IN_TEXT: readonly [RegExp, string][] = [
  // The user and password of a URL. To the last @, since a password may hold an unescaped @ or /.
  [
    /\b([a-z][a-z\d+.-]{0,20}:\/\/)(?:[^\s/@:"']{0,256}:[^\s"']{0,512}|[^\s/@:"']{0,512})@/gi,
    `$1${REDACTED}@`,
  ],
  [/\b(\w*(?:password|token|secret|api_?key)=)[^\s&"']+/gi, `$1${REDACTED}`],
  // JSON that was already encoded as text.
  [/("\w*(?:authorization|cookie|password|token|secret|api_?key)"\s*:\s*")[^"]+/gi, `$1${REDACTED}`],
  [/\b(Bearer\s+)[^\s"',]+/gi, `$1${REDACTED}`],
  // Tokens of Muster and of GitHub, by their shape. The public prefix of a token is shorter and stays readable.
  [/\b(mst_|gh[a-z]_|github_pat_)[\w-]{16,}/g, `$1${REDACTED}`],
];

/** A line without any of these words is written unchanged, which is the common case. */
const SUSPECT =
  /authori[sz]ation|cookie|token|secret|passw|passphrase|credential|api[-_]?key|private[-_]?key|:\/\/|bearer|mst_|gh[a-z]_|github_pat_/i;

/**
 * Creates the logger. It writes one JSON object per line, to stdout by default. Secrets are redacted in the finished
 * line, so they are found at any depth, in messages and in stack traces.
 */
export function createLogger(options: {
  level: Config['logLevel'];
  /** Names the process when several write to one stream. */
  name?: string;
  destination?: DestinationStream;
}): Logger {
  return pino(
    {
      level: options.level,
      name: options.name,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redact },
    },
    options.destination ?? pino.destination(1),
  );
}

function redact(line: string): string {
  if (!SUSPECT.test(line)) return line;
  return `${JSON.stringify(JSON.parse(line), (name, value) => {
    if (typeof value !== 'string' && typeof value !== 'object') return value;
    if (value && SECRET_NAME.test(name)) return REDACTED;
    return typeof value === 'string' ? redactText(value) : value;
  })}\n`;
}

function redactText(text: string): string {
  return SECRETS_IN_TEXT.reduce((rest, [secret, replacement]) => rest.replace(secret, replacement), text);
}
