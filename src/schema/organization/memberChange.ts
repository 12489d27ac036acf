import { liveNoun } from '../feed/liveNoun.ts';

liveNoun('Membership', {
  changes: {
    MEMBER_CREATED: 'A person became a member.',
    MEMBER_UPDATED: "A member's role changed.",
    MEMBER_ARCHIVED: 'A member was removed.',
  },
});
