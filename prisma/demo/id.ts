const KINDS = { Organization: 1, Workspace: 2, Agent: 3, Token: 4, Session: 5 };

/**
 * The UUID of the nth row of a kind. It is the same in every demo, so that the examples of the README work as they are
 * printed.
 */
export function demoId(kind: keyof typeof KINDS, number = 1): string {
  return `de300000-000${KINDS[kind]}-4000-8000-${String(number).padStart(12, '0')}`;
}

export function minutesAgo(minutes: number): Date {
  return new Date(Date.now() - minutes * 60_000);
}
