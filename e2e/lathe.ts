export type RunningLathe = { url: string; token: string; home: string; signInUrl: string };

/** The Lathe that `start-lathe.ts` started; handed to the workers by the environment. */
export function lathe(): RunningLathe {
  const text = process.env.LATHE_E2E;
  if (!text) throw new Error("No Lathe runs: start the tests with `npm test -- browser`.");
  return JSON.parse(text) as RunningLathe;
}
