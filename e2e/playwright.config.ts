import { defineConfig } from "@playwright/test";

/** One whole Lathe for all journeys; they run one after another, because they share its workspace and two cores. */
export default defineConfig({
  testDir: ".",
  // First light begins on an empty workspace; the others don't mind what is there.
  projects: [
    { name: "first light", testMatch: "first-light.spec.ts" },
    { name: "everything else", testMatch: "*.spec.ts", testIgnore: "first-light.spec.ts" },
  ],
  globalSetup: "./start-lathe.ts",
  outputDir: "../test-results",
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 300_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    actionTimeout: 20_000,
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.LATHE_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
