import { Project } from '../../schema/project/project.ts';
import { archiveProject, unarchiveProject } from '../../services/project/archiveProject.ts';
import { mutation } from '../kit/mutation.ts';

mutation('archiveProject', {
  description:
    'Archives a project. No session can be spawned in it or restored, and its sessions cannot claim pull requests. Its sessions that run are not terminated, and its slug stays taken. An archived project stays as it is. Allowed for OWNER and ADMIN.',
  input: (t) => ({
    projectId: t.idOf('Project', { required: true, description: 'The project to archive.' }),
  }),
  act: archiveProject,
  payload: (t) => ({
    project: t.exposeNode('projectId', { type: Project, description: 'The archived project.' }),
  }),
});

mutation('unarchiveProject', {
  description:
    'Brings an archived project back into use. A project that is in use stays as it is. Allowed for OWNER and ADMIN.',
  input: (t) => ({
    projectId: t.idOf('Project', { required: true, description: 'The project to bring back.' }),
  }),
  act: unarchiveProject,
  payload: (t) => ({
    project: t.exposeNode('projectId', { type: Project, description: 'The project, which is in use.' }),
  }),
});
