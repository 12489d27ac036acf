import { createHash } from 'node:crypto';

const SCRIPT = /<script[^>]*>([\s\S]*?)<\/script>/g;

/**
 * The policy of the page: it runs its own scripts alone, and talks to its own server alone. It holds a token, which no
 * description or result that it shows could then send elsewhere.
 */
export function contentSecurityPolicy(html: string): string {
  const scripts = [...html.matchAll(SCRIPT)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  const sources: Record<string, string[]> = {
    'default-src': ["'none'"],
    'script-src': scripts,
    // The editor starts its workers from the page's own script, as blobs.
    'worker-src': ['blob:'],
    'connect-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ['data:'],
    // The editor makes style sheets while it runs.
    'style-src': ["'unsafe-inline'"],
    // In another site's frame, a click could be steered into the page.
    'frame-ancestors': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
  };
  return Object.entries(sources)
    .map(([directive, values]) => [directive, ...values].join(' '))
    .join('; ');
}
