import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { Installation } from './installation.ts';

liveNoun('Installation', {
  changes: {
    INSTALLATION_CREATED: 'A template was installed.',
    INSTALLATION_UPDATED: 'An installation was brought to another release.',
    INSTALLATION_UNINSTALLED: 'A template was uninstalled.',
    TEMPLATE_RELEASE_PUBLISHED:
      'A release of an installed template was published. The installation does not change until a resync. The actor is the system.',
  },
  events: {
    installationChanged: {
      description:
        'Installations that are created, brought to another release, or uninstalled, and new releases of their templates.',
      event:
        'An installation was created, was brought to another release, or was uninstalled, or its template has a new release.',
      filters: ['Installation'],
      fields: (t) => ({
        installation: entityField(t, {
          type: Installation,
          description: 'The installation, read at delivery and at least as new as the event.',
        }),
      }),
    },
  },
});
