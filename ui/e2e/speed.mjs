// How a grid of 5,000 households feels: the list opens within 100 ms, and no task of 50 ms stands in the way while it is
// scrolled to its end. Tasks are measured in processor time of the page's main thread, so that other work on the machine
// does not count; opening is measured by the clock,
// the middle of six. LENIENT=factor stretches both limits on a slow machine.
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, PHONE } from './browser.mjs';
import { serveTesting } from './serve.mjs';

const MANY = 5000;
const OPEN_MS = 100;
const TASK_MS = 50;
const lenient = Number(process.env.LENIENT ?? 1);

const site = await serveTesting({ minify: true });
const browser = await launch();
const page = await (await browser.newContext(PHONE)).newPage();
await page.goto(`${site.base}/index.html?many=${MANY}#/today`);
await page.waitForLoadState('networkidle');
// The page's script is fetched and compiled once a day, not at each opening.
await page.evaluate(() => (window.location.hash = '#/households'));
await page.locator('[role=tab]:has-text("最近")').waitFor();
await page.waitForTimeout(500);

/** One opening, from the touch to the frame that shows the first row. */
const open = () =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const tab = (word) =>
          [...document.querySelectorAll('[role=tab]')].find((node) => node.textContent.includes(word));
        tab('楼栋').click();
        setTimeout(() => {
          const start = performance.now();
          const seen = () => {
            if (document.querySelector('.piece a')) requestAnimationFrame(() => resolve(performance.now() - start));
            else requestAnimationFrame(seen);
          };
          tab('最近').click();
          seen();
        }, 300);
      }),
  );
// The middle of a few: the slowest are other work of the machine.
const openings = [];
for (let n = 0; n < 6; n++) openings.push(await open());
const opened = [...openings].sort((a, b) => a - b)[2];

await page.waitForTimeout(500);
const trace = join(tmpdir(), `xunge-speed-${process.pid}.json`);
await browser.startTracing(page, { path: trace, categories: ['toplevel'] });
const scrolled = await page.evaluate(
  () =>
    new Promise((resolve) => {
      let still = 0;
      let rows = 0;
      const step = () => {
        const before = document.documentElement.scrollHeight;
        window.scrollBy(0, 600);
        rows = Math.max(rows, document.querySelectorAll('.piece a').length);
        const end = window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 2;
        still = end && document.documentElement.scrollHeight === before ? still + 1 : 0;
        if (still < 60) requestAnimationFrame(step);
        else resolve({ rows, all: document.querySelectorAll('.piece').length * 10 });
      };
      step();
    }),
);
await browser.stopTracing();
await browser.close();
await site.close();

const { traceEvents } = JSON.parse(await readFile(trace, 'utf8'));
await rm(trace, { force: true });
const mains = new Set(
  traceEvents
    .filter((e) => e.name === 'thread_name' && e.args?.name === 'CrRendererMain')
    .map((e) => `${e.pid}/${e.tid}`),
);
const tasks = traceEvents
  .filter((e) => e.ph === 'X' && /RunTask$/.test(e.name) && mains.has(`${e.pid}/${e.tid}`) && e.tdur !== undefined)
  .map((e) => e.tdur / 1000);
if (tasks.length < 100) throw new Error(`the trace holds ${tasks.length} tasks: nothing was measured`);
const worst = Math.max(...tasks);
const long = tasks.filter((ms) => ms > TASK_MS).length;
console.log(
  `speed: ${MANY} households open in ${opened.toFixed(0)} ms (of ${openings.map((ms) => ms.toFixed(0)).join(', ')}); scrolled to the end (${scrolled.all} rows, at most ${scrolled.rows} on the page): ${long} tasks over ${TASK_MS} ms of ${tasks.length}, the longest ${worst.toFixed(0)} ms`,
);
const faults = [];
if (opened > OPEN_MS * lenient) faults.push(`opens in ${opened.toFixed(0)} ms, limit ${OPEN_MS}`);
if (worst > TASK_MS * lenient) faults.push(`a task of ${worst.toFixed(0)} ms while scrolling, limit ${TASK_MS}`);
if (scrolled.all < MANY) faults.push(`only ${scrolled.all} rows were reached`);
if (scrolled.rows > 120) faults.push(`${scrolled.rows} rows on the page at once`);
for (const fault of faults) console.error(`speed: ${fault}`);
process.exit(faults.length > 0 ? 1 : 0);
