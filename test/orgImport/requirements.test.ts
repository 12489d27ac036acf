import { expect, it } from 'vitest';
import { requirementsOf, unmetRequirements } from '../../src/services/orgImport/document/requirements.ts';
import { files, issuesOf, read } from './reading.ts';

const source = files({
  'org.yaml': `
name: Acme
required_env: [B_KEY, { any_of: [TOKEN, A_KEY] }]
recommended_env: [SEARCH, B_KEY, { any_of: [SEARCH, FIND] }, { any_of: [MAPS, ATLAS] }]
defaults:
  required_env: [DEFAULT_KEY]
workspaces:
  - name: PM
    files_dir: pm
    required_env: [{ any_of: [B_KEY, C_KEY] }, PM_KEY]
    children:
      - { name: Dev, required_env: [PM_KEY], recommended_env: [{ any_of: [PM_KEY, OTHER] }] }
  - { name: Idle, spawning: false, required_env: [IDLE_KEY] }
`,
  '.env': 'export DEFAULT_KEY=secret-1\nSEARCH=\n# A_KEY=commented\nlower=1\n',
  'pm/.env': 'PM_KEY="secret-2\nA_KEY=part of the value"\n',
});

it('collects what the organization, its defaults and its spawning workspaces need, each once', () => {
  expect(requirementsOf(read(source))).toEqual([
    { anyOf: ['B_KEY'], level: 'REQUIRED', workspacePaths: [[]] },
    { anyOf: ['DEFAULT_KEY'], level: 'REQUIRED', workspacePaths: [[]] },
    { anyOf: ['PM_KEY'], level: 'REQUIRED', workspacePaths: [['PM'], ['PM', 'Dev']] },
    { anyOf: ['A_KEY', 'TOKEN'], level: 'REQUIRED', workspacePaths: [[]] },
    { anyOf: ['SEARCH'], level: 'RECOMMENDED', workspacePaths: [[]] },
    { anyOf: ['ATLAS', 'MAPS'], level: 'RECOMMENDED', workspacePaths: [[]] },
  ]);
});

it('finds unmet what neither the given names nor the .env files of the source have a value for', () => {
  const unmet = unmetRequirements(read(source), ['TOKEN', 'ATLAS']);
  expect(unmet).toEqual([
    { anyOf: ['B_KEY'], level: 'REQUIRED', workspacePaths: [[]] },
    // The .env file of PM's folder is PM's alone.
    { anyOf: ['PM_KEY'], level: 'REQUIRED', workspacePaths: [['PM', 'Dev']] },
    { anyOf: ['SEARCH'], level: 'RECOMMENDED', workspacePaths: [[]] },
  ]);
});

it('keeps no value of an .env file', () => {
  const kept = JSON.stringify(read(source));
  expect(kept).toContain('DEFAULT_KEY');
  expect(kept).not.toContain('secret');
});

it('refuses to include an environment file or to read one as a prompt', () => {
  const issues = issuesOf(
    files({
      'org.yaml':
        'name: Acme\ndescription: !include .env\nworkspaces: [{ name: PM, initial_prompt_file: ./.ENV }]\n',
      '.env': 'KEY: secret\n',
      '.ENV': 'KEY: secret\n',
    }),
  );
  expect(issues).toMatchObject([
    { line: 2, path: 'description' },
    { line: 3, path: 'workspaces[0].initial_prompt_file' },
  ]);
  expect(JSON.stringify(issues)).not.toContain('secret');
});
