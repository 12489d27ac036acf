/** Visits every member once in each turn of a wheel, some at each tick. All members share one timer, and no tick takes long. */
export type HeartbeatWheel<Member> = {
  /** The first visit comes after at most one turn. @returns removes the member. */
  join(member: Member): () => void;
  stop(): void;
};

/** The ticks of a turn. */
const TICKS = 40;

export function createHeartbeatWheel<Member>(
  turnMs: number,
  visit: (member: Member) => void,
): HeartbeatWheel<Member> {
  const groups = Array.from({ length: TICKS }, () => new Set<Member>());
  const startedAt = performance.now();
  let ticks = 0;

  /** The group whose next visit is the given number of ticks ahead, at most a turn. */
  const groupAhead = (distance: number) => groups[(ticks + distance) % TICKS] as Set<Member>;

  const timer = setInterval(() => {
    // By the clock, because the delays of a busy process would add up. What was missed beyond a turn is left out.
    const due = Math.floor(((performance.now() - startedAt) / turnMs) * TICKS);
    ticks = Math.max(ticks, due - TICKS);
    for (; ticks < due; ticks += 1) {
      for (const member of groupAhead(1)) visit(member);
    }
  }, turnMs / TICKS);

  return {
    join(member) {
      // After a restart, all members come at once, so each joins the smallest group: of several, the one visited last.
      let smallest = groupAhead(TICKS);
      for (let distance = TICKS - 1; distance > 0; distance -= 1) {
        if (groupAhead(distance).size < smallest.size) smallest = groupAhead(distance);
      }
      smallest.add(member);
      return () => void smallest.delete(member);
    },
    stop: () => clearInterval(timer),
  };
}
