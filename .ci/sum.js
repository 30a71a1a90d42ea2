// Sums vitest's JSON reports into one line; a step that failed without a failed test counts as one failure.
import { existsSync, readFileSync } from 'node:fs'

const [failedSteps, ...reports] = process.argv.slice(2)
const sum = { passed: 0, failed: 0, skipped: 0 }
for (const path of reports) {
  if (!existsSync(path)) {
    sum.failed += 1
    continue
  }
  const report = JSON.parse(readFileSync(path, 'utf8'))
  sum.passed += report.numPassedTests
  sum.failed += report.numFailedTests
  sum.skipped += report.numPendingTests + report.numTodoTests
}
if (sum.failed === 0) sum.failed = Number(failedSteps)
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0
