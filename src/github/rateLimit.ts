/** GitHub's documented wait for a limit that names no time. */
const UNSPECIFIED_WAIT_SECONDS = 60;

export type Headers = Record<string, string | number | undefined>;

/**
 * How many whole seconds GitHub asks the client to wait; null when the answer is not a rate limit.
 * GitHub has two limits (points per hour, and a secondary one against bursts) and refuses in three ways: HTTP 403
 * or 429, each with headers, or HTTP 200 with a GraphQL error.
 */
export function rateLimitWait(answer: {
  status: number;
  headers: Headers;
  errors: readonly { type?: string; message: string }[];
}): number | null {
  const { status, headers, errors } = answer;
  const isUsedUp = String(headers['x-ratelimit-remaining']) === '0';
  // With status 200, an exhausted budget alone is no refusal: the last granted request reports it too.
  const isRefusedByStatus =
    status === 429 || (status === 403 && (isUsedUp || headers['retry-after'] !== undefined));
  const isRefusedByError = errors.some(
    (error) =>
      error.type === 'RATE_LIMITED' || error.type === 'RATE_LIMIT' || /rate limit/i.test(error.message),
  );
  if (!isRefusedByStatus && !isRefusedByError) return null;

  const wait = retryAfterOf(headers) ?? (isUsedUp ? secondsUntilReset(headers) : null);
  return wait ?? UNSPECIFIED_WAIT_SECONDS;
}

/** The `retry-after` header in whole seconds; null when it is missing or malformed. */
export function retryAfterOf(headers: Headers): number | null {
  return wholeSeconds(numberOf(headers['retry-after']));
}

/** Uses GitHub's clock if the answer has a date, so that a wrong clock here does not matter. */
function secondsUntilReset(headers: Headers): number | null {
  const reset = numberOf(headers['x-ratelimit-reset']);
  const now = Date.parse(String(headers.date)) || Date.now();
  return reset === null ? null : wholeSeconds(reset - now / 1000);
}

/** Rounded up, and at least one, because an immediate retry has just failed. */
function wholeSeconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.max(1, Math.ceil(seconds));
}

export function numberOf(header: string | number | undefined): number | null {
  const number = Number.parseFloat(String(header));
  return Number.isFinite(number) ? number : null;
}
