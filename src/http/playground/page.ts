/** GraphiQL's page, which contains its own scripts and styles, and no data. It is the same for every user. */
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { GraphiQLOptions } from 'graphql-yoga';
import { STORY, TABS } from './tabs.ts';

const OPTIONS: GraphiQLOptions = {
  title: 'Muster',
  subscriptionsProtocol: 'WS',
  // They contain the token, which must not outlive the browser's tab.
  shouldPersistHeaders: false,
  defaultTabs: TABS.map((query) => ({ query })),
};

/** The call that shows GraphiQL. The page calls our function instead. */
const SHOW = 'YogaGraphiQL.renderYogaGraphiQL(';

export function renderPage(): string {
  const page = renderGraphiQL(OPTIONS);
  const call = page.lastIndexOf(`${SHOW}\n`);
  if (call < 0) throw new Error('The page of GraphiQL has changed: the call that shows it was not found.');
  return `${page.slice(0, call)}(${show})(${page.slice(call + SHOW.length)}`;
}

/**
 * Runs in the browser. Takes the token from behind the `#` of the link in the terminal, a part that browsers do not send;
 * queries the ids for the tabs with it; and shows GraphiQL with both.
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
    // Newest first: the last two are the first two sessions of the demo. The first agent has neither of them.
    const [second, first] = data.organization.sessions.nodes;
    const [agent] = data.organization.agents.nodes;
    return [
      [${JSON.stringify(STORY.gaps.organization)}, data.organization],
      [${JSON.stringify(STORY.gaps.agent)}, agent],
      [${JSON.stringify(STORY.gaps.secondSession)}, second],
      [${JSON.stringify(STORY.gaps.firstSession)}, first],
    ].flatMap(([gap, found]) => (found ? [[gap, found.id]] : []));
  }
  // Without the demo's data, or after the last tab has run, the tabs keep their placeholders.
  const story = token ? await findStory().catch(() => []) : [];
  const filled = (query) => story.reduce((text, [gap, id]) => text.replace('"' + gap + '"', '"' + id + '"'), query);

  YogaGraphiQL.renderYogaGraphiQL(root, {
    ...options,
    headers,
    defaultHeaders: headers,
    defaultTabs: options.defaultTabs.map(({ query }) => ({ query: filled(query), headers })),
    additionalHeaders: { authorization },
    connectionParams: { authorization },
    // Edits stay with the browser's tab. A new tab begins with the story, and with this database's ids.
    storage: sessionStorage,
  });
}`;
