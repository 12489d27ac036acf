import type { StructureEventType as Stored } from '../../services/act/structureEvent.ts';
import { builder } from '../kit/builder.ts';

const DESCRIPTIONS: Record<Stored, string> = {
  'pr.claimed': 'A session claimed a pull request.',
  'pr.released': 'A session released a pull request.',
  'member.invited': 'A person was invited.',
  'member.invitation_declined': 'A person declined an invitation.',
  'member.invitation_withdrawn': 'An invitation was withdrawn.',
  'member.added': 'A person became a member.',
  'member.role_changed': 'The role of a member changed.',
  'member.removed': 'A member was removed.',
  'token.created': 'A token was created.',
  'token.revoked': 'A token was revoked.',
  'repository.granted': 'The operator granted repositories.',
  'repository.grant_revoked': 'The operator revoked a grant of repositories.',
  'agent.hired': 'An agent was hired.',
  'agent.failed': 'An agent failed.',
  'agent.offboarded': 'An agent was offboarded.',
  'workspace.removed': 'A workspace was removed.',
  'execution_workspace.closed': 'An execution workspace was closed.',
  'execution_workspace.reopened': 'An execution workspace was reopened.',
  'template.released': 'A release of a template was published.',
  'template.installed': 'A template was installed.',
  'template.resynced': 'An installation was brought to a release of its template.',
  'template.uninstalled': 'A template was uninstalled.',
  'org.import.started': 'An import of an org file started.',
  'org.import.completed': 'An import of an org file completed.',
  'org.import.failed': 'An import of an org file failed.',
};

/** `org.import.started`, as it is stored, is ORG_IMPORT_STARTED. */
type Name<Type extends string> = Type extends `${infer Head}.${infer Tail}`
  ? `${Uppercase<Head>}_${Name<Tail>}`
  : Uppercase<Type>;

export const StructureEventType = builder.enumType('StructureEventType', {
  description: 'What an entry of the audit trail tells of.',
  values: Object.fromEntries(
    Object.entries(DESCRIPTIONS).map(([value, description]) => [
      value.replaceAll('.', '_').toUpperCase(),
      { value, description },
    ]),
  ) as { [Type in Stored as Name<Type>]: { value: Type; description: string } },
});
