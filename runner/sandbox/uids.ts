/** No Debian package or person has these (Debian policy 9.2.2 leaves 60000–64999 to packages on demand). */
const first = 60_100;
const count = 4_800;

const taken = new Set<number>();

/** An unprivileged uid that no other child of this runner has: process limits count per uid, and files are kept apart. */
export function takeUid(random: () => number = Math.random): number {
  // Where the search begins is drawn, so that two runners on one machine seldom share one.
  const start = Math.floor(random() * count);
  for (let i = 0; i < count; i++) {
    const uid = first + ((start + i) % count);
    if (taken.has(uid)) continue;
    taken.add(uid);
    return uid;
  }
  throw new Error("all uids for sandboxed children are taken");
}

export function giveUidBack(uid: number): void {
  taken.delete(uid);
}
