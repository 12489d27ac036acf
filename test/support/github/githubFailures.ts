import type { ServerResponse } from 'node:http';

/** An error in the form of GitHub's GraphQL responses. */
export type GitHubErrorBody = {
  type?: string;
  message: string;
  path?: (string | number)[];
  [more: string]: unknown;
};

/** The ways in which the server fails instead of answering. */
export type GitHubFailure =
  /** Never answers. */
  | 'hang'
  /** Resets the connection before an answer. */
  | 'reset'
  /** Ends the connection in the middle of the answer. */
  | 'cutOff'
  /** Stops sending in the middle of the answer. */
  | 'stall'
  /** Sends a body that is not JSON with the content type of JSON. */
  | 'brokenJson'
  | { status: number; headers?: Record<string, string>; body?: unknown }
  /** GitHub's three forms of a rate limit. */
  | { rateLimit: 'primary' | 'secondary' | 'graphql'; seconds: number }
  /** GraphQL errors beside the data, which is the true data by default. */
  | { errors: GitHubErrorBody[]; data?: unknown }
  /** This body alone, with status 200. */
  | { answer: unknown };

export type Answer = { status: number; headers: Record<string, string>; body: unknown };

/** The answer in place of the true one. `breakOff` makes the failures without an answer. */
export function failedAnswer(failure: Exclude<GitHubFailure, string>, trueAnswer: Answer): Answer {
  if ('rateLimit' in failure) return rateLimited(failure.rateLimit, failure.seconds);
  if ('status' in failure) {
    return {
      status: failure.status,
      headers: failure.headers ?? {},
      body: failure.body ?? { message: 'No.' },
    };
  }
  if ('answer' in failure) return { ...trueAnswer, body: failure.answer };
  const { data } = 'data' in failure ? failure : (trueAnswer.body as { data: unknown });
  return { ...trueAnswer, body: { data, errors: failure.errors } };
}

/** Fails on the connection, or with bytes that are not JSON. */
export function breakOff(failure: Extract<GitHubFailure, string>, response: ServerResponse): void {
  if (failure === 'reset') response.socket?.resetAndDestroy();
  if (failure === 'brokenJson') {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data": {"repository"');
  }
  if (failure === 'cutOff' || failure === 'stall') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"data": ', () => failure === 'cutOff' && response.socket?.destroy());
  }
}

function rateLimited(kind: 'primary' | 'secondary' | 'graphql', seconds: number): Answer {
  const now = Math.floor(Date.now() / 1000);
  const usedUp = {
    date: new Date(now * 1000).toUTCString(),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(now + seconds),
  };
  const message = 'API rate limit exceeded for user ID 1.';
  if (kind === 'graphql')
    return { status: 200, headers: usedUp, body: { errors: [{ type: 'RATE_LIMITED', message }] } };
  if (kind === 'primary') return { status: 403, headers: usedUp, body: { message } };
  const body = { message: 'You have exceeded a secondary rate limit.' };
  return { status: 429, headers: { 'retry-after': String(seconds) }, body };
}
