/** GraphiQL's page, which contains its own scripts and styles, and no data. It is the same for every user. */
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { GraphiQLOptions } from 'graphql-yoga';
import { STORY, TABS } from './tabs.ts';

const OPTIONS: GraphiQLOptions = {
  title: 'Muster',
  // Server-Sent Events carry the headers of the tab, with a token that was pasted there. A WebSocket would be opened with
  // the token of the page.
  subscriptionsProtocol: 'SSE',
  // They contain the token, which must not outlive the browser's tab.
  shouldPersistHeaders: false,
  defaultTabs: TABS.map((query) => ({ query })),
};

/** The call that shows GraphiQL. The page calls our function instead. */
const SHOW = 'YogaGraphiQL.renderYogaGraphiQL(';

/**
 * GraphiQL's tabs can be dragged, and keep a stale `transform` from their first layout. Pressing a tab shows it: the tab
 * jumps away from under the pointer, and the click is lost.
 */
const STYLE = '<style>.graphiql-tabs .graphiql-tab { transform: none !important; }</style>';

export function renderPage(): string {
  const page = renderGraphiQL(OPTIONS).replace('<style>', `${STYLE}\n<style>`);
  const call = page.lastIndexOf(`${SHOW}\n`);
  if (call < 0) throw new Error('The page of GraphiQL has changed: the call that shows it was not found.');
  return `${page.slice(0, call)}(${show})(${page.slice(call + SHOW.length)}`;
}

/**
 * Runs in the browser. Takes the token from behind the `#` of the link in the terminal, a part that browsers do not send;
 * queries the ids and the position for the tabs with it; and shows GraphiQL with all of them.
 */
const show = `async (root, options) => {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    // The tabs that GraphiQL has stored hold ids and a cursor, perhaps of another database.
    if (given !== sessionStorage.getItem('muster.token')) sessionStorage.clear();
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
    const { id, feedCursor, first, second, fourth } = data.organization;
    return [
      [${JSON.stringify(STORY.gaps.organization)}, id],
      [${JSON.stringify(STORY.gaps.cursor)}, feedCursor],
      [${JSON.stringify(STORY.gaps.firstSession)}, first?.id],
      [${JSON.stringify(STORY.gaps.secondSession)}, second?.id],
      [${JSON.stringify(STORY.gaps.agent)}, fourth?.agent?.id],
    ].filter(([, found]) => found);
  }
  // Without the demo's data, the tabs keep their placeholders.
  const story = token ? await findStory().catch(() => []) : [];
  const filled = (query) => story.reduce((text, [gap, found]) => text.replace('"' + gap + '"', '"' + found + '"'), query);

  YogaGraphiQL.renderYogaGraphiQL(root, {
    ...options,
    headers,
    defaultHeaders: headers,
    defaultTabs: options.defaultTabs.map(({ query }) => ({ query: filled(query), headers })),
    additionalHeaders: { authorization },
    // Edits stay with the browser's tab. A new tab begins with the story, and with this database's ids.
    storage: sessionStorage,
  });
}`;
