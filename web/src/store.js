import { useSyncExternalStore } from 'react';

/** A value that components follow: `use` is a hook, `set` tells all of them. */
export function followed(value) {
  const followers = new Set();
  const subscribe = (follower) => {
    followers.add(follower);
    return () => followers.delete(follower);
  };
  const get = () => value;
  return {
    get,
    set(next) {
      value = next;
      followers.forEach((follower) => follower());
    },
    use: () => useSyncExternalStore(subscribe, get),
  };
}
