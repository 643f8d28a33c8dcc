/*
 * Runs tfjs-core's own tests for backends against the engine:
 *   node --import tsx lib/engine/conformance/run.ts [--report FILE] [PART OF SPECS' NAMES…]
 */
import { writeFileSync } from "node:fs";
import { bundleSuite } from "./bundle";
import { Conformance } from "./conformance";
import { exclusions } from "./exclusions";
import { quietRunner } from "./jasmine";

const words = process.argv.slice(2);
const reportFile = words[0] === "--report" ? words.splice(0, 2)[1] : undefined;
const conformance = new Conformance(exclusions, words.join(" "));

process.setSourceMapsEnabled(true);
const runner = quietRunner(
  {
    specDone: (result) => conformance.specDone(result),
    suiteDone: ({ fullName, failedExpectations }) => conformance.fail(fullName, failedExpectations),
    jasmineDone: ({ failedExpectations }) => conformance.fail("outside of any suite", failedExpectations),
  },
  (name) => conformance.runs(name),
);
await runner.execute([await bundleSuite()]);

const report = conformance.report();
for (const { name, messages } of report.failures) console.error(`\n✗ ${name}\n${messages.join("\n")}`);
console.log(`\n${report.passed} passed, ${report.failed} failed, ${report.excluded} excluded`);
if (reportFile) writeFileSync(reportFile, JSON.stringify(report));
// Some specs leave timers behind.
process.exit(report.failed === 0 ? 0 : 1);
