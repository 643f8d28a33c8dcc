/** The names of an archive, to find those that come twice or look the same. */
export class Names {
  /** by NFC: the spellings, one string where there is one, which is nearly always */
  readonly #spellings = new Map<string, string | string[]>();

  /** @returns "again" for a name that was added before; else the names newly found to have a twin, itself included */
  add(name: string): "again" | string[] {
    const normal = name.normalize("NFC");
    const before = this.#spellings.get(normal);
    if (before === undefined) {
      this.#spellings.set(normal, name);
      return [];
    }
    const all = typeof before === "string" ? [before] : before;
    if (all.includes(name)) return "again";
    this.#spellings.set(normal, [...all, name]);
    return typeof before === "string" ? [before, name] : [name];
  }
}
