import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

const REDACTED = '[redacted]';

/** Names whose value nobody may read, with any prefix: bootstrapToken, set-cookie, GITHUB_WEBHOOK_SECRET. */
const SECRET_NAME =
  /(authorization|cookies?|tokens?|secrets?|passw(or)?d|passphrase|credentials?|(api|private)[-_]?key)$/i;

/**
 * Secrets inside a text, as in the message of an error. What stays says where to look: host, scheme, name. A text may
 * be a stranger's, so each pattern does bounded work from any place in it.
 */
const SECRETS_IN_TEXT: readonly [RegExp, string][] = [
  // The user and password of a URL. To the last @, since a password may hold an unescaped @ or /.
  [
    /\b([a-z][a-z\d+.-]{0,20}:\/\/)(?:[^\s/@:"']{0,256}:[^\s"']{0,512}|[^\s/@:"']{0,512})@/gi,
    `$1${REDACTED}@`,
  ],
  [/\b(\w*(?:password|token|secret|api_?key)=)[^\s&"']+/gi, `$1${REDACTED}`],
  // JSON that was made a text before it came here.
  [/("\w*(?:authorization|cookie|password|token|secret|api_?key)"\s*:\s*")[^"]+/gi, `$1${REDACTED}`],
  [/\b(Bearer\s+)[^\s"',]+/gi, `$1${REDACTED}`],
  // Tokens of ours and of GitHub's, known by their shape. The prefix by which people tell tokens apart is shorter.
  [/\b(mst_|gh[a-z]_|github_pat_)[\w-]{16,}/g, `$1${REDACTED}`],
];

/** Most lines hold nothing of the kind, and are written as they are. */
const SUSPECT =
  /authori[sz]ation|cookie|token|secret|passw|passphrase|credential|api[-_]?key|private[-_]?key|:\/\/|bearer|mst_|gh[a-z]_|github_pat_/i;

/**
 * The logger: JSON, a line each, to stdout unless told otherwise. Secrets are taken out of the finished line, and so
 * at any depth, from texts and stack traces, and whichever way they came in.
 */
export function createLogger(options: {
  level: Config['logLevel'];
  /** Which part of the system speaks, when several write to one stream. */
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
