import path from "node:path";
import { graphicsFolders, type Graphics } from "./graphics";
import type { Limits } from "./limits";
import { systemMounts } from "./system-folders";

/** How children are shut in, found once by `detectSandbox`. */
export type SandboxTools = {
  kind: "bubblewrap" | "none";
  /** as root each child gets a uid of its own; as somebody else it gets a user namespace */
  asRoot: boolean;
  /** paths of the programs; null where not found */
  bwrap: string | null;
  prlimit: string | null;
  setpriv: string | null;
  /** LATHE_ENGINE, if set: of the runner's environment it alone is handed on */
  engine: string | null;
  graphics: Graphics;
};

export type ChildPlace = {
  /** the repository, from which the child's code is read */
  root: string;
  /** node's own binary */
  node: string;
  /** relative to `root` */
  entry: string;
  /** what the child reads and what it writes */
  folders: { input: string; output: string };
};

export type ChildCommand = {
  file: string;
  args: string[];
  /** all of the child's environment: nothing of the runner's, above all no secret */
  env: Record<string, string>;
  cwd: string;
  /** the two folders as the child sees them */
  folders: { input: string; output: string };
};

/** Of the repository, what a child's code needs. Never .lathe, which holds keys, nor .git. */
const sources = ["node_modules", "lib", "runner", "package.json", "tsconfig.json"];
/** What the dynamic loader, OpenSSL and time zones read. */
const systemFiles = ["/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ssl", "/etc/localtime", "/etc/alternatives"];

const inside = { repository: "/lathe", node: "/node", input: "/job/in", output: "/job/out" } as const;

/** @param options.uid as root only: the child's own */
export function childCommand(
  tools: SandboxTools,
  place: ChildPlace,
  options: { limits: Limits; uid: number | null; processes: number },
): ChildCommand {
  const { limits } = options;
  const limit = [
    `--data=${limits.memoryBytes}`,
    `--cpu=${limits.cpuSeconds}`,
    `--nproc=${options.processes}`,
    `--fsize=${limits.fileBytes}`,
    `--nofile=${limits.openFiles}`,
    "--core=0",
  ];
  const heapMiB = Math.floor(Math.min(4 * 1024, limits.memoryBytes / 1024 ** 2 / 2));
  const run = (root: string, node: string) => [
    node,
    `--max-old-space-size=${heapMiB}`,
    "--import",
    path.join(root, "node_modules/tsx/dist/esm/index.mjs"),
    path.join(root, place.entry),
  ];

  if (tools.kind === "none") {
    const command = [...(tools.prlimit ? [tools.prlimit, ...limit.filter((one) => !one.startsWith("--nproc"))] : []), ...run(place.root, place.node)];
    return {
      file: command[0]!,
      args: command.slice(1),
      env: environment("/tmp", tools.engine),
      cwd: place.root,
      folders: place.folders,
    };
  }

  const env = environment("/tmp", tools.engine);
  const args = [
    "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try",
    ...(tools.asRoot ? [] : ["--unshare-user", "--uid", "1000", "--gid", "1000", "--cap-drop", "ALL"]),
    "--hostname", "lathe-child",
    "--die-with-parent", "--new-session",
    "--clearenv", ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    ...systemMounts(),
    ...["/etc", inside.repository, "/job"].flatMap((folder) => ["--perms", "0755", "--dir", folder]),
    ...systemFiles.flatMap((file) => ["--ro-bind-try", file, file]),
    "--proc", "/proc", "--dev", "/dev",
    // A folder that bwrap makes for a mount is its own alone.
    ...(tools.graphics.devices.some((device) => path.dirname(device) !== "/dev") ? ["--perms", "0755", "--dir", "/dev/dri"] : []),
    ...tools.graphics.devices.flatMap((device) => ["--dev-bind-try", device, device]),
    ...(tools.graphics.devices.length > 0 ? graphicsFolders.flatMap((folder) => ["--ro-bind-try", folder, folder]) : []),
    "--perms", "1777", "--size", String(limits.temporaryBytes), "--tmpfs", "/tmp",
    ...sources.flatMap((name) => ["--ro-bind", path.join(place.root, name), path.join(inside.repository, name)]),
    "--ro-bind", place.node, inside.node,
    "--ro-bind", place.folders.input, inside.input,
    "--bind", place.folders.output, inside.output,
    "--remount-ro", "/",
    "--chdir", inside.repository,
    "--",
    // bwrap mounts as root, so that a checkout under a closed home can be bound; only then the child becomes nobody.
    ...(tools.asRoot
      ? [tools.setpriv!, `--reuid=${options.uid}`, `--regid=${options.uid}`, tools.graphics.groups.length > 0 ? `--groups=${tools.graphics.groups.join()}` : "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
      : []),
    ...(tools.prlimit ? [tools.prlimit, ...limit] : []),
    ...run(inside.repository, inside.node),
  ];
  return { file: tools.bwrap!, args, env: {}, cwd: "/", folders: { input: inside.input, output: inside.output } };
}

function environment(temporary: string, engine: string | null): Record<string, string> {
  return { ...(engine && { LATHE_ENGINE: engine }), PATH: "/usr/bin:/bin", HOME: temporary, TMPDIR: temporary, LANG: "C.UTF-8", NODE_ENV: "production", NODE_NO_WARNINGS: "1" };
}
