import { describe, expect, it } from "vitest";
import { childCommand, type SandboxTools } from "./command";
import { detectSandbox, requireSandbox } from "./detect";
import { explainExit, tellsOfMemory, type ChildExit } from "./exit-reason";
import { noGraphics } from "./graphics";
import { leastMemoryBytes, limitsFor, memoryLimit } from "./limits";
import { giveUidBack, takeUid } from "./uids";

const GiB = 1024 ** 3;
const limits = limitsFor({ memoryBytes: 2 * GiB, wallMs: 60_000 });
const place = { root: "/repo", node: "/opt/node", entry: "runner/children/main.ts", folders: { input: "/w/in", output: "/w/out" } };
const tools: SandboxTools = { kind: "bubblewrap", asRoot: true, bwrap: "/usr/bin/bwrap", prlimit: "/usr/bin/prlimit", setpriv: "/usr/bin/setpriv", engine: null, graphics: noGraphics };

describe("a child's command", () => {
  it("as root becomes an account of its own after the mounts, without groups, privileges or capabilities", () => {
    const { file, args, env } = childCommand(tools, place, { limits, uid: 60_123, processes: 256 });
    const after = args.slice(args.indexOf("--") + 1);
    expect(file).toBe("/usr/bin/bwrap");
    expect(after.slice(0, 7)).toEqual(["/usr/bin/setpriv", "--reuid=60123", "--regid=60123", "--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]);
    expect(after).toContain(`--data=${2 * GiB}`);
    expect(args).not.toContain("--unshare-user");
    expect(env).toEqual({});
  });

  it("as somebody else gets a user namespace instead", () => {
    const { args } = childCommand({ ...tools, asRoot: false }, place, { limits, uid: null, processes: 300 });
    expect(args.slice(0, args.indexOf("--"))).toEqual(expect.arrayContaining(["--unshare-user", "--cap-drop", "ALL"]));
    expect(args.join(" ")).not.toContain("setpriv");
    expect(args).toContain("--nproc=300");
  });

  it("binds of the repository only its code, and nothing writable but the output folder", () => {
    const { args, folders } = childCommand(tools, place, { limits, uid: 60_123, processes: 256 });
    const bound = args.flatMap((arg, i) => (arg.startsWith("/repo") && args[i - 1] === "--ro-bind" ? [arg] : []));
    expect(bound).toEqual(["/repo/node_modules", "/repo/lib", "/repo/runner", "/repo/package.json", "/repo/tsconfig.json"]);
    expect(args.flatMap((arg, i) => (arg === "--bind" ? [args[i + 1]] : []))).toEqual(["/w/out"]);
    expect(folders).toEqual({ input: "/job/in", output: "/job/out" });
  });

  it("hands on the engine asked for, and a graphics card with the groups that may open it", () => {
    const graphics = { devices: ["/dev/dri/renderD128"], groups: [104] };
    const { args } = childCommand({ ...tools, engine: "onnxruntime:webgpu", graphics }, place, { limits, uid: 60_123, processes: 256 });
    expect(args.join(" ")).toContain("--setenv LATHE_ENGINE onnxruntime:webgpu");
    expect(args.join(" ")).toContain("--dev-bind-try /dev/dri/renderD128 /dev/dri/renderD128 --ro-bind-try /sys/dev/char");
    expect(args).toContain("--groups=104");
    expect(args).not.toContain("--clear-groups");
  });

  it("without a sandbox still hands on no environment", () => {
    const { env, folders, file } = childCommand({ ...tools, kind: "none", prlimit: null }, place, { limits, uid: null, processes: 0 });
    expect(file).toBe("/opt/node");
    expect(Object.keys(env).filter((name) => /LATHE|DATABASE/.test(name))).toEqual([]);
    expect(folders).toEqual(place.folders);
  });
});

describe("detecting a sandbox", () => {
  const withoutBubblewrap = { setting: "none", loopback: true };

  it("goes on without one for a single local user only, with a plain warning", async () => {
    const local = await detectSandbox(withoutBubblewrap);
    expect([local.tools.kind, local.accepted]).toEqual(["none", true]);
    expect(local.message).toContain("WITHOUT a sandbox");
    requireSandbox(local);
    const open = await detectSandbox({ ...withoutBubblewrap, loopback: false });
    expect(open.accepted).toBe(false);
    expect(() => requireSandbox(open)).toThrow(expect.objectContaining({ code: "sandbox_missing", nextStep: expect.stringContaining("apt install bubblewrap") }));
  });

  it("refuses a setting it does not know", async () => {
    await expect(detectSandbox({ setting: "docker", loopback: true })).rejects.toMatchObject({ code: "invalid_setting" });
  });
});

describe("why a child ended", () => {
  const exit: ChildExit = { code: 1, signal: null, lastWords: "", peakBytes: 0, broken: null, killed: false };
  const explain = (more: Partial<ChildExit>) => explainExit({ ...exit, ...more }, limits);

  it.each([
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    "terminate called after throwing an instance of 'std::bad_alloc'",
    "RangeError: Array buffer allocation failed",
    "Error: spawn ENOMEM",
  ])("is memory: %s", (lastWords) => {
    expect(explain({ code: 134, lastWords, peakBytes: 1.5 * GiB })).toMatchObject({ stopReason: "out-of-memory", problem: { message: expect.stringMatching(/2\.0 GiB.*1\.5 GiB/) } });
  });

  it("is no memory where nothing says so", () => {
    expect(tellsOfMemory("TypeError: x is not a function")).toBe(false);
    expect(explain({ code: 139 })).toMatchObject({ stopReason: "error", problem: { code: "child_died", message: "The job's process ended by signal SIGSEGV." } });
    expect(explain({ code: 3, lastWords: "Error: no\n" }).problem.message).toBe("The job's process ended with code 3 (Error: no).");
  });

  it("is the kernel's killer, the processor's limit, or broken messages, or the runner", () => {
    // A shell's convention: 128 + signal; SIGKILL is 9, SIGXCPU 24
    expect(explain({ code: 137 }).problem.code).toBe("killed");
    expect(explain({ code: 152 }).problem.code).toBe("cpu_limit");
    expect(explain({ signal: "SIGKILL", broken: "nonsense" }).problem.code).toBe("child_broken");
    expect(explain({ signal: "SIGKILL", killed: true }).problem.code).toBe("child_silent");
  });
});

it("gives a child half of the machine, and never less than the least", () => {
  expect(memoryLimit(null, 24 * GiB)).toBe(12 * GiB);
  expect(memoryLimit(null, 2 * GiB)).toBe(leastMemoryBytes);
  expect(memoryLimit(8 * GiB, 24 * GiB)).toBe(8 * GiB);
});

it("gives each child a uid of its own and takes it back", () => {
  const taken = Array.from({ length: 100 }, () => takeUid(() => 0.999));
  expect(new Set(taken).size).toBe(100);
  expect(taken.every((uid) => uid >= 60_000 && uid < 65_000)).toBe(true);
  taken.forEach(giveUidBack);
  expect(takeUid(() => 0.999)).toBe(taken[0]);
  giveUidBack(taken[0]!);
});
