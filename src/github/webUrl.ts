/**
 * The URL if it is safe as a link, else ''. Any program can report a check with any target, such as a `javascript:` URL.
 */
export function webUrl(url: string | null): string {
  if (!url || !URL.canParse(url)) return '';
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : '';
}
