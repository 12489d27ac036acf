/** Requests to GitHub through the proxy of HTTPS_PROXY and HTTP_PROXY. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pullRequestSource } from '../../src/app.ts';
import { loadConfig } from '../../src/config/config.ts';
import { createLogger } from '../../src/observe/log.ts';
import { describe, expect, test } from '../support/test.ts';

const it = test.extend('proxy', async ({ github: _ }, { onCleanup }) => {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', ({ url = '' }: IncomingMessage, client) => {
    asked.push(url);
    const { hostname, port } = new URL(`http://${url}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    client.on('error', () => {});
    upstream.on('error', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
});

const coordinates = { host: 'github.com', owner: 'acme', repo: 'rocket', number: 7 };

describe('a request to GitHub', () => {
  it.for([
    ['goes through HTTP_PROXY', 'HTTP_PROXY', '', 1],
    ['goes through http_proxy', 'http_proxy', '', 1],
    ['goes directly to a host of NO_PROXY', 'HTTP_PROXY', 'localhost,127.0.0.1', 0],
    ['over http goes past HTTPS_PROXY', 'HTTPS_PROXY', '', 0],
  ] as const)('%s', async ([_, variable, noProxy, times], { github, proxy }) => {
    github.setPullRequest({ owner: 'acme', repo: 'rocket', number: 7, title: 'Through' });
    const config = loadConfig({
      MUSTER_SCM: 'github',
      GITHUB_API_URL: github.url,
      GITHUB_TOKEN: github.token,
      [variable]: proxy.url,
      NO_PROXY: noProxy,
    });
    const facts = await pullRequestSource(config, createLogger({ level: 'silent' })).fetch(coordinates);
    expect(facts.title).toBe('Through');
    expect(proxy.asked).toEqual(Array(times).fill(new URL(github.url).host));
  });

  it('over https goes through HTTPS_PROXY', async ({ proxy }) => {
    const config = loadConfig({
      MUSTER_SCM: 'github',
      GITHUB_API_URL: 'https://github.invalid',
      GITHUB_TOKEN: 'ghp_test',
      HTTPS_PROXY: proxy.url,
    });
    const source = pullRequestSource(config, createLogger({ level: 'silent' }));
    await expect(source.fetch(coordinates)).rejects.toMatchObject({ code: 'SCM_UNAVAILABLE' });
    expect(proxy.asked).toContain('github.invalid:443');
  });
});
