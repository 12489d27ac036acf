import { GraphqlResponseError } from '@octokit/graphql';
import { PrNotFoundError, ScmUnavailableError } from '../errors/errors.ts';
import type { PullRequestCoordinates } from '../services/port/pullRequestSource.ts';
import { denialOf } from './denial.ts';
import { faultsOf, isExhaustion } from './partialAnswer.ts';
import { type Headers, rateLimitWait, retryAfterOf } from './rateLimit.ts';

/** GitHub did not answer in time. */
export class TimedOut extends Error {}

/** The connection broke before the answer was complete. */
export class ConnectionLost extends Error {}

/** GitHub's answer does not fit the query. */
export class UnreadableAnswer extends Error {}

/** Whether an immediate retry may succeed: only after a broken connection or a gateway's error. A 504 is asked again with smaller pages. */
export function isTransient(failure: unknown): boolean {
  if (failure instanceof ConnectionLost) return true;
  const http = httpFailureOf(failure);
  if (!http) return false;
  // Octokit invents a status when there is no answer. A gateway that names a time to retry is not retried earlier.
  return !http.response || ([502, 503].includes(http.status) && retryAfterOf(http.response.headers) === null);
}

/** Whether the query may have asked for too much at once: GitHub ran out of time or resources over it. */
export function isTooBig(failure: unknown): boolean {
  if (failure instanceof GraphqlResponseError) return faultsOf(failure).some(isExhaustion);
  const http = httpFailureOf(failure);
  return http?.status === 504 && http.response !== undefined && retryAfterOf(http.response.headers) === null;
}

/** The fields that the server does not have: an Enterprise server may be older than the query. */
export function unknownFieldsOf(failure: unknown): string[] {
  if (!(failure instanceof GraphqlResponseError)) return [];
  return faultsOf(failure).flatMap(({ message, extensions }) => {
    const named = extensions?.code === 'undefinedField' ? extensions.fieldName : undefined;
    const name =
      named ?? /^(?:Field|Cannot query field) ['"](\w+)['"] (?:doesn't exist )?on type/.exec(message)?.[1];
    return typeof name === 'string' ? [name] : [];
  });
}

/**
 * The error for the caller; `coordinates` are those of the pull request that was asked about, if one was. Octokit's error is not its cause, because it contains the request with the authorization
 * header. Its message is kept for operators, with the token redacted.
 */
export function portErrorOf(
  failure: unknown,
  { coordinates, token }: { coordinates?: PullRequestCoordinates; token: string },
): PrNotFoundError | ScmUnavailableError {
  if (failure instanceof PrNotFoundError || failure instanceof ScmUnavailableError) return failure;
  const unavailable = (message: string, retryAfterSeconds?: number | null) =>
    new ScmUnavailableError(message, { retryAfterSeconds, cause: cleanCause(failure, token) });

  if (failure instanceof TimedOut) return unavailable('GitHub did not answer in time.');
  if (failure instanceof GraphqlResponseError) return graphqlErrorOf(failure, coordinates, unavailable);
  const http = httpFailureOf(failure);
  if (http?.response) return httpErrorOf(http.status, http.response.headers, http.message, unavailable);
  if (http || failure instanceof ConnectionLost) return unavailable('GitHub could not be reached.');
  return unavailable("GitHub's answer could not be read.");
}

type Unavailable = (message: string, retryAfterSeconds?: number | null) => ScmUnavailableError;

function httpErrorOf(status: number, headers: Headers, message: string, unavailable: Unavailable) {
  if (status === 401) return unavailable('GitHub refused the token (GITHUB_TOKEN).');
  const wait =
    status === 403 || status === 429 ? rateLimitWait({ status, headers, errors: [{ message }] }) : null;
  if (wait !== null) return unavailable(rateLimited, wait);
  if (status === 403) return unavailable(denialOf(message));
  return unavailable(`GitHub answered with HTTP status ${status}.`, retryAfterOf(headers));
}

function graphqlErrorOf(
  failure: GraphqlResponseError<unknown>,
  coordinates: PullRequestCoordinates | undefined,
  unavailable: Unavailable,
) {
  const errors = faultsOf(failure);
  const wait = rateLimitWait({ status: 200, headers: failure.headers as Headers, errors });
  if (wait !== null) return unavailable(rateLimited, wait);
  const denied = errors.find(({ type }) => type === 'FORBIDDEN' || type === 'INSUFFICIENT_SCOPES');
  if (denied) return unavailable(denialOf(denied.message, denied.type));
  // A missing object deeper in the answer, such as a deleted workflow, does not make the pull request unknown.
  if (coordinates && errors.some((error) => error.type === 'NOT_FOUND' && (error.path?.length ?? 0) <= 2)) {
    return new PrNotFoundError(coordinates);
  }
  if (errors.some(isExhaustion)) return unavailable('GitHub ran out of time or resources over the query.');
  return unavailable('GitHub could not answer the query as a whole.');
}

const rateLimited = "GitHub's rate limit is used up for now.";

type HttpFailure = { status: number; message: string; response?: { headers: Headers } };

/** Octokit's error of a failed request, recognized by its shape because its class is in another package. */
function httpFailureOf(failure: unknown): HttpFailure | null {
  return failure instanceof Error && 'status' in failure && typeof failure.status === 'number'
    ? (failure as Error & HttpFailure)
    : null;
}

/** The headers of a refusal; none when there was no answer. */
export function headersOf(failure: unknown): Headers {
  return httpFailureOf(failure)?.response?.headers ?? {};
}

const MAX_CAUSE_LENGTH = 500;

function cleanCause(failure: unknown, token: string): Error {
  const text = failure instanceof Error ? failure.message : String(failure);
  return new Error(text.replaceAll(token, '[token]').slice(0, MAX_CAUSE_LENGTH));
}
