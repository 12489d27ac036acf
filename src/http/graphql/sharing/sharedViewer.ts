/** The viewer of an execution that serves several viewers: it has only what all of them have in common. */
import type { Viewer } from '../../../auth/viewer.ts';
import type { SharedBy } from '../../../schema/kit/sharedBy.ts';

/** A resolver asked for something of the viewer that the declaration of its field leaves out. */
export class UndeclaredAccessError extends Error {
  constructor(property: string) {
    super(`A field depends on ${property} of the viewer, which its declaration \`sharedBy\` leaves out.`);
    this.name = 'UndeclaredAccessError';
  }
}

type OnFault = (fault: UndeclaredAccessError) => void;

export type SharedViewer = {
  /** The same for viewers who may share an execution. */
  key: string;
  /** @param onFault called before the viewer throws because it was asked for anything else. */
  guarded(onFault: OnFault): Viewer;
};

export function sharedViewer(viewer: Viewer, by: SharedBy, organizationId: string): SharedViewer {
  const { kind, id, roles } = viewer;
  if (by === 'MEMBERS') return { key: by, guarded: (onFault) => guard({}, onFault) };
  if (by === 'ROLE' && kind === 'USER') {
    const role = roles.get(organizationId);
    const key = JSON.stringify([by, role]);
    return {
      key,
      guarded: (onFault) => guard({ kind, roles: onlyRole(organizationId, role, onFault) }, onFault),
    };
  }
  const key = JSON.stringify([kind, id, [...roles].sort()]);
  return { key, guarded: (onFault) => guard({ kind, id, roles }, onFault) };
}

/** The roles of viewers of whom only the one in this organization is known. */
function onlyRole<Value>(organizationId: string, role: Value, onFault: OnFault): Viewer['roles'] {
  const get = (id: string) =>
    id === organizationId ? role : fail('the role in another organization', onFault);
  return guard({ get }, onFault);
}

function guard<Whole extends object>(offered: object, onFault: OnFault): Whole {
  const refuse = () => fail('everything', onFault);
  return new Proxy(offered, {
    get: (target, property, receiver) =>
      Object.hasOwn(target, property)
        ? Reflect.get(target, property, receiver)
        : fail(`\`${String(property)}\``, onFault),
    has: refuse,
    ownKeys: refuse,
  }) as Whole;
}

function fail(property: string, onFault: OnFault): never {
  const fault = new UndeclaredAccessError(property);
  onFault(fault);
  throw fault;
}
