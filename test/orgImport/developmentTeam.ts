// biome-ignore-all lint/suspicious/noTemplateCurlyInString: an org file writes its variables this way
/**
 * The files of a team of 42: one file a workspace, four levels of 2, 11, 11 and 18, "Documentation Specialist" under
 * two parents, 44 schedules with their prompts in files, 8 channels, and in the leaves a key that nothing reads.
 */
export function developmentTeam(): Record<string, string> {
  const files: Record<string, string> = {
    'org.yaml': `# A development team and its marketing.
name: Development Team
description: Builds the product and tells the world.
defaults:
  runtime: claude-code
  tier: 2
  required_env:
    - CLAUDE_CODE_OAUTH_TOKEN
  plugins: [ecc, superpowers, careful-bash, prompt-watchdog, audit-trail, session-context, learnings, docs, team]
  category_routing:
    docs: [Documentation Specialist]
    nobody: [A Role That Does Not Exist]
  idle_prompt: Look for work.
  initial_prompt: |
    You just started.
    git clone https://github.com/\${GITHUB_REPO}.git
workspaces:
  - !include roles/pm/workspace.yaml
  - !include roles/marketing-lead/workspace.yaml
template_schema_version: 1
`,
  };
  const members = membersOfTeam();
  for (const [index, member] of members.entries()) {
    const below = members.filter(({ parent }) => parent === member.slug);
    files[`roles/${member.slug}/workspace.yaml`] = workspaceFile(member, below, index);
    files[`roles/${member.slug}/system-prompt.md`] = `You are ${member.name}.\n`;
    files[`roles/${member.slug}/schedules/pulse.md`] = 'Look at the board.\n';
  }
  return files;
}

type Member = { name: string; slug: string; parent: string | null };

function membersOfTeam(): Member[] {
  const lead = (name: string, parent: string | null) => ({ name, slug: slugOf(name), parent });
  const members: Member[] = [lead('PM', null), lead('Marketing Lead', null)];
  for (let i = 0; i < 7; i++) members.push(lead(`Lead ${i} (Platform & Tools)`, 'pm'));
  for (let i = 0; i < 3; i++) members.push(lead(`Marketer + SEO ${i}`, 'marketing-lead'));
  members.push({ name: 'Documentation Specialist', slug: 'docs-marketing', parent: 'marketing-lead' });
  const leads = members.filter(({ parent }) => parent === 'pm').map(({ slug }) => slug);
  for (let i = 0; i < 10; i++) members.push(lead(`Senior ${i}`, leads[i % leads.length] ?? 'pm'));
  members.push({ name: 'Documentation Specialist', slug: 'docs-dev', parent: leads[0] ?? 'pm' });
  for (let i = 0; i < 18; i++) members.push(lead(`Engineer ${i}`, `senior-${i % 10}`));
  return members;
}

function workspaceFile({ name, slug, parent }: Member, below: Member[], index: number): string {
  const isLeaf = slug.startsWith('engineer');
  const role =
    index === 3 ? Array(43).fill('Owns the platform and reviews all that is merged.').join('\n  ') : 'Works.';
  const schedules = ['Pulse (every 5 min)', ...(index < 2 ? ['Nightly review'] : [])];
  const lines = [
    `name: ${name}`,
    `files_dir: roles/${slug}`,
    ...(isLeaf ? [`parent: ${parent}`] : []),
    `role: >\n  ${role}`,
    'workspace_dir: ${WORKSPACE_DIR}',
    `plugins: [plugin-${index}, "!docs"]`,
    'schedules:',
    ...schedules.map(
      (each) => `  - { name: ${each}, cron_expr: "${index} * * * *", prompt_file: schedules/pulse.md }`,
    ),
    ...(index < 8
      ? ['channels:', '  - { type: telegram, config: { bot_token: "${BOT_TOKEN}" }, enabled: true }']
      : []),
    ...(below.length > 0
      ? ['children:', ...below.map((each) => `  - !include ../${each.slug}/workspace.yaml`)]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
}
