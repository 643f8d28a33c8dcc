import { lstatSync, readlinkSync } from "node:fs";

/**
 * bubblewrap's arguments that show a child the system's programs and libraries, read-only: /usr, and /bin, /lib and so
 * on as links into it or, on older systems, as folders of their own.
 */
export function systemMounts(): string[] {
  const args = ["--ro-bind", "/usr", "/usr"];
  for (const name of ["/bin", "/sbin", "/lib", "/lib32", "/lib64"]) {
    const status = lstatSync(name, { throwIfNoEntry: false });
    if (status?.isSymbolicLink()) args.push("--symlink", readlinkSync(name), name);
    else if (status) args.push("--ro-bind", name, name);
  }
  return args;
}
