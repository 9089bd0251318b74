// Lives the steps of a day one after the other. Each stands on the one before: the first that fails ends it, with a
// picture of every page. Ends the process: 0 when all passed, pages made no errors, and the programs ended as told.
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @param {string} title  what the day is called in the last lines
 * @param {[string, () => Promise<void>][]} steps
 * @param {{ faults: string[], pages: object, pictures?: string, browser: object, stack: object }} of  `faults` grows as
 *   pages report errors
 */
export async function live(title, steps, { faults, pages, pictures, browser, stack }) {
  let passed = 0;
  let failure = null;
  const began = Date.now();
  for (const [name, run] of steps) {
    const from = Date.now();
    try {
      await run();
      if (faults.length > 0) throw new Error(faults.splice(0).join('\n'));
      passed++;
      console.log(`ok      ${name} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failure = error;
      console.error(`FAILED  ${name}\n${error.message}\n${faults.join('\n')}`);
      for (const [what, page] of Object.entries(pages)) {
        const path = join(pictures ?? tmpdir(), `xunge-${title}-failed-${what}.png`);
        await page.screenshot({ path }).then(
          () => console.error(`picture: ${path}`),
          () => undefined,
        );
      }
      break;
    }
  }
  await browser.close();
  const clean = await stack.stop();
  if (!clean) console.error('the programs did not end on Ctrl-C and were killed');
  for (const [name] of steps.slice(passed + (failure ? 1 : 0))) console.error(`not reached: ${name}`);
  const failed = steps.length - passed + (clean ? 0 : 1);
  console.log(`${title}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed > 0 ? 1 : 0);
}
