/** GraphiQL's page, with its own files in it, so that it needs no network. The same for everybody: it knows no data. */
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { GraphiQLOptions } from 'graphql-yoga';
import { STORY, TABS } from './tabs.ts';

const OPTIONS: GraphiQLOptions = {
  title: 'Muster',
  subscriptionsProtocol: 'WS',
  // A token is no setting: it is gone with the browser's tab.
  shouldPersistHeaders: false,
  defaultTabs: TABS.map((query) => ({ query })),
};

/** How the page shows GraphiQL. Ours is called in its place. */
const SHOW = 'YogaGraphiQL.renderYogaGraphiQL(';

export function renderPage(): string {
  const page = renderGraphiQL(OPTIONS);
  const call = page.lastIndexOf(`${SHOW}\n`);
  if (call < 0) throw new Error('The playground cannot be authenticated: GraphiQL has changed its page.');
  return `${page.slice(0, call)}(${show})(${page.slice(call + SHOW.length)}`;
}

/**
 * Runs in the browser: takes the token that the link in the terminal carries behind its `#`, the part of a link that
 * browsers keep to themselves; finds with it what the tabs are about; and shows GraphiQL with both.
 */
const show = `async (root, options) => {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    sessionStorage.setItem('muster.token', given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  const token = sessionStorage.getItem('muster.token');
  const authorization = 'Bearer ' + (token || 'PASTE-THE-TOKEN-HERE');
  const headers = JSON.stringify({ authorization }, null, 2);

  async function findStory() {
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ query: ${JSON.stringify(STORY.query)} }),
    });
    const { data } = await response.json();
    // Newest first: the last two are the first two of the demo, and the first agent is not one of theirs.
    const [second, first] = data.organization.sessions.nodes;
    const [agent] = data.organization.agents.nodes;
    return [
      [${JSON.stringify(STORY.gaps.organization)}, data.organization],
      [${JSON.stringify(STORY.gaps.agent)}, agent],
      [${JSON.stringify(STORY.gaps.secondSession)}, second],
      [${JSON.stringify(STORY.gaps.firstSession)}, first],
    ].flatMap(([gap, found]) => (found ? [[gap, found.id]] : []));
  }
  // Where there is no such story, or it has been told to its end, the tabs keep their gaps.
  const story = token ? await findStory().catch(() => []) : [];
  const told = (query) => story.reduce((text, [gap, id]) => text.replace('"' + gap + '"', '"' + id + '"'), query);

  YogaGraphiQL.renderYogaGraphiQL(root, {
    ...options,
    headers,
    defaultHeaders: headers,
    defaultTabs: options.defaultTabs.map(({ query }) => ({ query: told(query), headers })),
    additionalHeaders: { authorization },
    connectionParams: { authorization },
    // What was typed stays with the browser's tab: another one begins with the story, and with this database's ids.
    storage: sessionStorage,
  });
}`;
