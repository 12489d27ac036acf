import type {
  CreateWatcherInput,
  RecordWatcherWindowInput,
  UpdateWatcherInput,
} from '../../graphql/graphql.ts';
import { refused, succeeded } from '../../support/outcome.ts';
import type { Team } from '../../support/team.ts';
import { describe, expect, it } from '../../support/test.ts';
import { installByHand, manage, newWatcher } from '../../support/vocabulary.ts';
import {
  ArchiveWatcher,
  CreateWatcher,
  RecordWatcherWindow,
  UpdateWatcher,
} from '../../support/vocabularyMutations.ts';

const SCHEMA = { type: 'object', properties: { incidents: { type: 'integer' } } };
const NOV_21 = { startsAt: '2026-11-21T00:00:00.000Z', endsAt: '2026-11-22T00:00:00.000Z' };

async function create({ id, owner }: Team, input: Partial<CreateWatcherInput> = {}) {
  const facts = { slug: 'incidents', name: 'Incidents', prompt: 'What broke?', extractionSchema: SCHEMA };
  return (await owner.query(CreateWatcher, { input: { organizationId: id, ...facts, ...input } }))
    .createWatcher;
}

async function update({ owner }: Team, input: UpdateWatcherInput) {
  return (await owner.query(UpdateWatcher, { input })).updateWatcher;
}

async function archive({ owner }: Team, watcherId: string) {
  return (await owner.query(ArchiveWatcher, { input: { id: watcherId } })).archiveWatcher;
}

async function record({ owner }: Team, watcherId: string, input: Partial<RecordWatcherWindowInput> = {}) {
  const { recordWatcherWindow } = await owner.query(RecordWatcherWindow, {
    input: { watcherId, ...NOV_21, extractedData: { incidents: 1 }, ...input },
  });
  return recordWatcherWindow;
}

const numbers = ({ nodes }: { nodes: readonly { version: number }[] }) => nodes.map(({ version }) => version);

describe('a new watcher', () => {
  it('has its first version, and is one change', async ({ team }) => {
    const { watcher, requestId } = succeeded(
      await create(team, { schedule: '0 9 * * 1', reactionScript: 'notify()' }),
    );
    expect(watcher).toMatchObject({
      ...{ schedule: '0 9 * * 1', scheduleEnabled: true, connection: null },
      currentVersion: {
        ...{ version: 1, prompt: 'What broke?', extractionSchema: SCHEMA, reactionScript: 'notify()' },
      },
    });
    expect(watcher.versions.nodes).toEqual([{ id: watcher.currentVersion.id, version: 1 }]);
    expect(await team.changes({ requestId })).toMatchObject([
      {
        type: 'WATCHER_CREATED',
        entityId: watcher.id,
        payload: { row: { currentVersion: watcher.currentVersion.id, schedule: '0 9 * * 1' } },
      },
    ]);
  });

  it.for<[string, Partial<CreateWatcherInput>, string[]]>([
    ['a schedule that is none', { schedule: 'every day' }, ['schedule']],
    ['a schedule by seconds', { schedule: '* * * * * *' }, ['schedule']],
    ['an empty prompt', { prompt: '' }, ['prompt']],
    [
      'a schema with an unknown keyword',
      { extractionSchema: { properties: { a: { $dynamicRef: '#x' } } } },
      ['extractionSchema.properties.a.$dynamicRef'],
    ],
  ])('with %s is refused with the path of the fault', async ([_fault, input, paths], { team }) => {
    const before = await team.footprint();
    expect(refused(await create(team, input))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: paths.map((path) => ({ path })),
    });
    expect(await team.footprint()).toEqual(before);
  });

  it('has a slug of its own among live ones', async ({ team }) => {
    const { id } = succeeded(await create(team)).watcher;
    expect(refused(await create(team))).toMatchObject({ code: 'SLUG_TAKEN', slug: 'incidents' });
    succeeded(await archive(team, id));
    succeeded(await create(team));
  });
});

describe('an update of a watcher', () => {
  it('makes a version for changed content, and none for the rest', async ({ team }) => {
    const { id } = await newWatcher(team, { extractionSchema: SCHEMA });
    const about = { id };
    const named = succeeded(await update(team, { ...about, name: 'Outages', schedule: '0 9 * * *' })).watcher;
    expect(numbers(named.versions)).toEqual([1]);
    const same = succeeded(await update(team, { ...about, prompt: 'What broke?', extractionSchema: SCHEMA }));
    expect(numbers(same.watcher.versions)).toEqual([1]);
    const asked = succeeded(await update(team, { ...about, prompt: 'What failed?' }));
    expect(asked.watcher.currentVersion).toMatchObject({
      version: 2,
      prompt: 'What failed?',
      extractionSchema: SCHEMA,
    });
    expect(await team.changes({ requestId: asked.requestId })).toMatchObject([
      { type: 'WATCHER_UPDATED', entityId: id, payload: { changed: ['currentVersion'] } },
    ]);
    const scripted = succeeded(await update(team, { ...about, reactionScript: 'notify()' })).watcher;
    expect(scripted.currentVersion).toMatchObject({ version: 3, prompt: 'What failed?' });
    expect(numbers(scripted.versions)).toEqual([3, 2, 1]);
    expect(
      succeeded(await update(team, { ...about, reactionScript: null })).watcher.currentVersion,
    ).toMatchObject({
      ...{ version: 4, reactionScript: null },
    });
  });

  it('numbers the versions of ten updates at once without a gap', async ({ team }) => {
    const { id } = await newWatcher(team);
    const updates = Array.from({ length: 10 }, (_, index) =>
      update(team, { id, prompt: `Question ${index}` }),
    );
    for (const result of await Promise.all(updates)) succeeded(result);
    const { watcher } = succeeded(await update(team, { id, name: 'Done' }));
    expect(numbers(watcher.versions).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 11 }, (_, i) => i + 1),
    );
    expect(watcher.currentVersion.version).toBe(11);
  });

  it('of a managed one changes local fields alone', async ({ team, psql }) => {
    const { id } = await newWatcher(team);
    await manage(psql, 'watcher', id, await installByHand(psql, team));
    const local = { connection: 'pagerduty', scheduleEnabled: false, displayName: 'Outages' };
    expect(succeeded(await update(team, { id, ...local })).watcher).toMatchObject({
      ...local,
      locallyChanged: false,
    });
    for (const given of [{ prompt: 'What failed?' }, { schedule: '0 9 * * *' }, { reactionScript: null }]) {
      expect(refused(await update(team, { id, ...given })).code).toBe('MANAGED_BY_TEMPLATE');
    }
    expect(refused(await archive(team, id)).code).toBe('MANAGED_BY_TEMPLATE');
  });

  it('of an archived one is refused', async ({ team }) => {
    const { id } = await newWatcher(team);
    succeeded(await archive(team, id));
    expect(refused(await update(team, { id, prompt: 'x' })).code).toBe('VOCABULARY_ARCHIVED');
  });
});

describe('a window of a watcher', () => {
  it('keeps the version that the watcher ran with', async ({ team }) => {
    const { id, currentVersion: first } = await newWatcher(team);
    const before = succeeded(await record(team, id)).window;
    expect(before).toMatchObject({ ...NOV_21, extractedData: { incidents: 1 }, version: { id: first.id } });
    succeeded(await update(team, { id, prompt: 'What failed?' }));
    const late = { startsAt: NOV_21.endsAt, endsAt: '2026-11-23T00:00:00.000Z' };
    expect(succeeded(await record(team, id, { ...late, versionId: first.id })).window.version).toMatchObject({
      ...{ version: 1, prompt: 'What broke?' },
    });
    const last = { startsAt: late.endsAt, endsAt: '2026-11-24T00:00:00.000Z' };
    expect(succeeded(await record(team, id, last)).window.version.version).toBe(2);
  });

  it('is recorded once for a span', async ({ team }) => {
    const { id } = await newWatcher(team);
    const results = await Promise.all(
      [1, 2, 3].map((incidents) => record(team, id, { extractedData: { incidents } })),
    );
    const [recorded] = results.flatMap((each) =>
      each?.__typename === 'RecordWatcherWindowPayload' ? [each.window.id] : [],
    );
    const refusals = results.filter((each) => each?.__typename !== 'RecordWatcherWindowPayload').map(refused);
    const refusal = { code: 'WATCHER_WINDOW_RECORDED', window: { id: recorded } };
    expect(refusals).toMatchObject([refusal, refusal]);
  });

  it('has a version of its own watcher, ends after it starts, and is of a live watcher', async ({ team }) => {
    const { id } = await newWatcher(team);
    const other = await newWatcher(team);
    expect(refused(await record(team, id, { versionId: other.currentVersion.id })).code).toBe('NOT_FOUND');
    expect(refused(await record(team, id, { endsAt: NOV_21.startsAt }))).toMatchObject({
      code: 'INVALID_INPUT',
      issues: [{ path: 'endsAt' }],
    });
    succeeded(await archive(team, id));
    expect(refused(await record(team, id)).code).toBe('VOCABULARY_ARCHIVED');
  });
});
