/**
 * The URL if it can safely be a link, else ''. The target of a check is whatever the program behind it reported,
 * so it may hold `javascript:` or nonsense.
 */
export function webUrl(url: string | null): string {
  if (!url || !URL.canParse(url)) return '';
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : '';
}
