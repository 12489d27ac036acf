import { liveNoun } from '../feed/liveNoun.ts';

liveNoun('Token', {
  changes: {
    TOKEN_CREATED: 'A token was made.',
    TOKEN_UPDATED: 'A public field of a token changed.',
    TOKEN_ARCHIVED: 'A token was revoked.',
  },
});
