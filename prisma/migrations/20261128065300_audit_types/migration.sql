-- audit_types

-- By hand: a CHECK, which Prisma's data model cannot state. The API shows the type as an enum, so an event of another type
-- would make the whole trail unreadable. The list is STRUCTURE_EVENT_TYPES.
ALTER TABLE structure_event ADD CONSTRAINT structure_event_type_check CHECK (type IN (
  'pr.claimed',
  'pr.released',
  'member.invited',
  'member.invitation_declined',
  'member.invitation_withdrawn',
  'member.added',
  'member.role_changed',
  'member.removed',
  'token.created',
  'token.revoked',
  'repository.granted',
  'repository.grant_revoked',
  'agent.hired',
  'agent.failed',
  'agent.offboarded',
  'workspace.removed',
  'execution_workspace.closed',
  'execution_workspace.reopened',
  'template.released',
  'template.installed',
  'template.resynced',
  'template.uninstalled',
  'org.import.started',
  'org.import.completed',
  'org.import.failed'
));
