import { entityField } from '../feed/entityField.ts';
import { liveNoun } from '../feed/liveNoun.ts';
import { Installation } from './installation.ts';

liveNoun('Installation', {
  changes: {
    INSTALLATION_CREATED: 'A template was installed.',
    INSTALLATION_UPDATED: 'An installation was brought to another release.',
    INSTALLATION_UNINSTALLED: 'A template was uninstalled.',
    TEMPLATE_RELEASE_PUBLISHED:
      'A template that is installed has a new release. The installation stays as it is.',
  },
  events: {
    installationChanged: {
      description:
        'Installations as they are made, brought to other releases and uninstalled, and new releases of their templates.',
      event: 'An installation changed, or its template has a new release.',
      filters: ['Installation'],
      fields: (t) => ({
        installation: entityField(t, {
          type: Installation,
          description: 'The installation, read at delivery: at least as new as the event.',
        }),
      }),
    },
  },
});
