/** Org files of any size: seven below each workspace, one in five with a schedule, and prompts of their own. */

type Generated = {
  name: string;
  role: string;
  initial_prompt: string;
  plugins: string[];
  schedules?: object[];
  children: Generated[];
};

const BELOW = 7;

export type Edit = {
  /** Another role for every workspace. */
  role?: string;
  /** Takes this share of the workspaces that have nothing below them to the top of the tree. */
  raised?: number;
};

export function generatedOrg(count: number, { role = 'Works', raised = 0 }: Edit = {}): string {
  const all = Array.from(
    { length: count },
    (_, index): Generated => ({
      name: `Workspace ${index}`,
      role: `${role} on part ${index}.\nReports to ${Math.floor((index - 1) / BELOW)}.`,
      initial_prompt: `You are number ${index}. Read the handbook, then wait for work.`,
      plugins: ['core', `plugin-${index % 10}`],
      ...(index % 5 === 0
        ? { schedules: [{ name: 'Pulse', cron_expr: `${index % 60} * * * *`, prompt: 'Look.' }] }
        : {}),
      children: [],
    }),
  );
  const roots: Generated[] = [];
  const toRaise = Math.round(count * raised);
  for (const [index, workspace] of all.entries()) {
    const isRaised = index >= count - toRaise;
    const parent = isRaised ? undefined : all[Math.floor((index - 1) / BELOW)];
    (parent?.children ?? roots).push(workspace);
  }
  return JSON.stringify({ name: 'Generated', workspaces: roots });
}
