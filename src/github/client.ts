import { GraphqlResponseError, graphql } from '@octokit/graphql';
import { z } from 'zod';
import { ConnectionLost, headersOf, isTransient, TimedOut, UnreadableAnswer } from './failures.ts';
import { type Fault, partialAnswer } from './partialAnswer.ts';
import type { Headers } from './rateLimit.ts';
import { withRetries } from './retry.ts';

export type GitHubLog = { warn(details: object, message: string): void };

export type ClientOptions = {
  apiUrl: string;
  token: string;
  timeoutMs: number;
  retryDelayMs: number;
  userAgent: string;
  /** Default: that of Node.js. */
  fetch?: typeof globalThis.fetch;
  log?: GitHubLog;
  /** Called with the headers of each answer. */
  onHeaders?(headers: Headers): void;
};

/** The data of an answer, and the errors of its parts that GitHub could not return. */
export type GitHubAnswer<Data> = { data: Data; faults: readonly Fault[] };

/** Sends a read-only query and answers with its data, checked against a shape. Rejects with raw failures. */
export type GitHubClient = <Shape extends z.ZodType>(
  query: string,
  variables: Record<string, unknown>,
  shape: Shape,
  deadline: AbortSignal,
) => Promise<GitHubAnswer<z.output<Shape>>>;

const RETRIES = 2;

/** GitHub's GraphQL API through Octokit, with a time limit per request and retries of transient failures. */
export function githubClient(options: ClientOptions): GitHubClient {
  const { apiUrl, token, timeoutMs, retryDelayMs, userAgent, fetch, log, onHeaders } = options;
  const send = graphql.defaults({
    baseUrl: apiUrl.replace(/\/+$/, ''),
    headers: { authorization: `bearer ${token}`, 'user-agent': userAgent },
  });

  const hook: typeof checkEnvelope = async (request, sent) =>
    checkEnvelope(async (each) => {
      try {
        const response = await request(each);
        onHeaders?.(response.headers);
        return response;
      } catch (failure) {
        onHeaders?.(headersOf(failure));
        throw failure;
      }
    }, sent);

  return (query, variables, shape, deadline) => {
    const attempt = async () => {
      const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), deadline]);
      // A redirect is not followed: the token is for this host alone.
      const request = { signal, fetch, redirect: 'manual' as const, hook, log: octokitLog };
      try {
        const data = await send(query, { ...variables, request });
        const parsed = shape.safeParse(data);
        if (!parsed.success) throw new UnreadableAnswer(z.prettifyError(parsed.error));
        return { data: parsed.data, faults: [] };
      } catch (failure) {
        if (signal.aborted) {
          throw new TimedOut(`No answer within ${timeoutMs} ms, or within the time for all requests.`);
        }
        const partial = failure instanceof GraphqlResponseError ? partialAnswer(failure) : null;
        const parsed = partial && shape.safeParse(partial.data);
        if (!parsed?.success) throw failure;
        return { data: parsed.data, faults: partial?.faults ?? [] };
      }
    };
    return withRetries(attempt, {
      retries: RETRIES,
      delayMs: retryDelayMs,
      deadline,
      isTransient,
      onRetry: () => log?.warn({ apiUrl }, 'GitHub failed to answer; asking again'),
    });
  };
}

const envelope = z.looseObject({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.looseObject({
        message: z.string(),
        type: z.string().optional(),
        path: z.array(z.unknown()).optional(),
      }),
    )
    .min(1)
    .optional(),
});

/** Refuses a body that is not a GraphQL response. Octokit would assume that it is one. */
async function checkEnvelope<Response extends { status: number; headers: Headers; data: unknown }>(
  request: (options: object) => Promise<Response>,
  options: object,
): Promise<Response> {
  const response = await request(options);
  if (response.status !== 200) throw new UnreadableAnswer(`The HTTP status was ${response.status}.`);
  // Octokit returns an empty text for a body that broke off.
  if (response.data === '') throw new ConnectionLost('The answer was empty.');
  const parsed = envelope.safeParse(response.data);
  if (!parsed.success) throw new UnreadableAnswer(z.prettifyError(parsed.error));
  return response;
}

/** Octokit would otherwise write to the console. */
const ignore = () => undefined;
const octokitLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };
