import { getEnvironmentData, isMainThread, setEnvironmentData, threadId, Worker } from "node:worker_threads";

/*
 * A worker thread that is terminated inside ONNX Runtime's binding takes the whole process along: the binding cannot
 * hand back what it computed, throws, and nothing catches that. So whoever terminates a worker waits until its graph
 * has run, and the worker waits for its end there.
 */

/** A thread's state: outside of the binding, inside, and the same when it is to end. */
const [outside, inside, endsOutside, endsInside] = [0, 1, 2, 3];
const slots = 4096;
const key = "lathe.engine.threads";

/** Shared by all threads that are started after the engine was loaded; slots by thread number. */
const states = sharedStates();

function sharedStates(): Int32Array {
  const known = getEnvironmentData(key) as unknown as Int32Array | undefined;
  if (known) return known;
  const fresh = new Int32Array(new SharedArrayBuffer(4 * slots));
  setEnvironmentData(key, fresh as unknown as Parameters<typeof setEnvironmentData>[1]);
  return fresh;
}

/** Runs what calls the binding: this thread ends before or after it, not inside. */
export function uninterrupted<T>(work: () => T): T {
  if (isMainThread) return work();
  const slot = threadId % slots;
  if (Atomics.compareExchange(states, slot, outside, inside) === endsOutside) Atomics.wait(states, slot, endsOutside);
  try {
    return work();
  } finally {
    if (Atomics.compareExchange(states, slot, inside, outside) === endsInside) {
      Atomics.store(states, slot, endsOutside);
      Atomics.notify(states, slot);
      Atomics.wait(states, slot, endsOutside);
    }
  }
}

/** Tells a thread to end. @returns whether it is inside of the binding still, and will say when it is not */
function mustWait(slot: number): boolean {
  Atomics.compareExchange(states, slot, outside, endsOutside);
  Atomics.compareExchange(states, slot, inside, endsInside);
  return Atomics.load(states, slot) === endsInside;
}

type WaitAsync = (states: Int32Array, slot: number, value: number) => { value: Promise<string> | string };
const { waitAsync } = Atomics as unknown as { waitAsync: WaitAsync };

let watching = false;

/** From now on, workers that run the engine end between two graphs: by `terminate`, or with this process. */
export function endThreadsBetweenGraphs(): void {
  if (watching) return;
  watching = true;
  const { terminate } = Worker.prototype;
  Worker.prototype.terminate = async function (this: Worker) {
    const slot = this.threadId % slots;
    if (slot < 0) return terminate.call(this); // it has ended
    if (mustWait(slot)) await waitAsync(states, slot, endsInside).value;
    const code = await terminate.call(this);
    Atomics.store(states, slot, outside);
    return code;
  };
  if (!isMainThread) return;
  process.on("exit", () => {
    for (let slot = 1; slot < slots; slot++) if (mustWait(slot)) Atomics.wait(states, slot, endsInside);
  });
}
