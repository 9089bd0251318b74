// The figures of the screens for `make bench`: Chromium at phone size with its processor slowed six times, over the real
// bridge and a real phone that holds a grid of five thousand households.
//   node e2e/bench.mjs --rows people.jsonl --to figures.json --machine TEXT [--times 5]
// Every measurement begins in a fresh context: nothing cached, nothing compiled. Times are taken inside the page, from the
// navigation or the touch to the frame in which the content stands, so the driver's own delay is not in them.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { launch, PHONE } from './browser.mjs';
import { launcher } from './stack.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOUSEHOLDS = 5_000;
const SLOWED = 6;
const { values: args } = parseArgs({
  options: Object.fromEntries(['rows', 'to', 'machine', 'times'].map((name) => [name, { type: 'string' }])),
});
const times = Number(args.times ?? 5);
const bridge = launcher();
const work = await mkdtemp(join(tmpdir(), 'xunge-bench-'));
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** The launcher until its pages are up; `stop` ends it and what it started. */
async function run(...more) {
  const ports = ['--phone-port', String(await freePort()), '--county-port', String(await freePort())];
  const child = spawn(bridge, ['run', '--work', work, ...ports, ...more], { cwd: ROOT, detached: true });
  let out = '';
  const gone = new Promise((done) => child.on('close', done));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (out += bytes));
  for (let waited = 0; !/Ctrl-C/.test(out); waited++) {
    if (waited > 1_200 || child.exitCode !== null) throw new Error(`xunge-bridge run did not come up:\n${out}`);
    await pause(100);
  }
  const stop = async () => {
    process.kill(-child.pid, 'SIGINT');
    await gone;
  };
  return { page: /phone\s+(http:\S+)/.exec(out)[1], stop };
}

/** Five thousand families as an office's ledger, sixty to a building. */
function ledger(people) {
  const lines = ['楼栋,单元,房号,姓名,与户主关系,身份证号'];
  let next = 0;
  for (let n = 0; n < HOUSEHOLDS; n++) {
    const [building, door] = [Math.floor(n / 60) + 1, n % 60];
    const [unit, floor, flat] = [Math.floor(door / 20) + 1, Math.floor((door % 20) / 2) + 1, (door % 2) + 1];
    for (let member = 0; member < 3 + (n % 2); member++) {
      const row = people[next++ % people.length];
      const relation = ['户主', '配偶', '子', '女'][member];
      lines.push(`${building}幢,${unit}单元,${floor}0${flat},${row.name},${relation},${row.citizen_id}`);
    }
  }
  return lines.join('\n');
}

async function county(...words) {
  const program = join(bridge, '../xunge-county');
  const ended = spawnSync(program, ['--data', join(work, 'county'), ...words], { encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`xunge-county ${words[0]}: ${ended.stdout}${ended.stderr}`);
  return ended.stdout;
}

/** Asks the phone what a screen asks it. */
async function call(address, name) {
  const { origin, searchParams } = new URL(address);
  const answer = await fetch(`${origin}/call/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${searchParams.get('token')}` },
    body: '{}',
  });
  return answer.json();
}

// In the page: remembers when a selector first stood in a painted frame, and every task over 50 ms.
function watch() {
  const seen = (window.__bench = { stood: {}, long: [] });
  const wanted = { today: '#app .title', doors: '.door' };
  new PerformanceObserver((list) => seen.long.push(...list.getEntries().map((e) => [e.startTime, e.duration]))).observe(
    {
      type: 'longtask',
      buffered: true,
    },
  );
  const look = () => {
    for (const [name, selector] of Object.entries(wanted))
      if (seen.stood[name] === undefined && document.querySelector(selector)) {
        seen.stood[name] = null;
        // Two frames on, what was found has been painted.
        requestAnimationFrame(() => requestAnimationFrame(() => (seen.stood[name] = performance.now())));
      }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
}

async function once(browser, address) {
  const context = await browser.newContext(PHONE);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.addInitScript(watch);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
  await page.goto(address);
  await page.waitForFunction(() => window.__bench.stood.today > 0);
  const cold = await page.evaluate(() => window.__bench.stood.today);
  await page.waitForTimeout(1_000);

  // The touch, and the doors of the first building under the names of all of them.
  const open = await page.evaluate(async () => {
    const tab = document.querySelectorAll('nav .tab')[1];
    const from = performance.now();
    tab.click();
    while (!(window.__bench.stood.doors > 0)) await new Promise((frame) => requestAnimationFrame(frame));
    return window.__bench.stood.doors - from;
  });
  await page.waitForTimeout(1_000);

  // A thumb over the doors, down and up again, and along the names of the buildings.
  const from = await page.evaluate(() => performance.now());
  const swipe = (distance) =>
    devtools.send('Input.synthesizeScrollGesture', { x: 180, y: 400, yDistance: distance, speed: 2_400 });
  await swipe(-1_500);
  await swipe(1_500);
  const across = { x: 180, y: 150, xDistance: -3_000, speed: 2_400 };
  await devtools.send('Input.synthesizeScrollGesture', across);
  const long = await page.evaluate((from) => window.__bench.long.filter(([at]) => at >= from), from);
  await context.close();
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return { cold, open, long: long.length, longest: Math.max(0, ...long.map(([, ms]) => ms)) };
}

/** The entry of the phone with everything it imports before the first screen, gzipped. */
async function firstScript() {
  const dist = join(ROOT, 'ui/dist');
  const html = await readFile(join(dist, 'index.html'), 'utf8');
  const scripts = (await readdir(join(dist, 'assets'))).filter((name) => name.endsWith('.js'));
  const seen = new Set();
  let bytes = 0;
  const walk = async (name) => {
    if (seen.has(name) || !scripts.includes(name)) return;
    seen.add(name);
    const text = await readFile(join(dist, 'assets', name), 'utf8');
    bytes += gzipSync(text).length;
    for (const [, next] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) await walk(next);
  };
  for (const [, name] of html.matchAll(/(?:src|href)="\.\/assets\/([^"]+\.js)"/g)) await walk(name);
  return bytes / 1000;
}

const figures = [];
function figure(name, unit, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.floor(sorted.length / 2)];
  console.error(`  ${name} = ${value} ${unit} (${values.join(' ')})`);
  figures.push({ name, value, unit, n: values.length, machine: args.machine ?? '' });
}

let stack;
let browser;
try {
  // The county first, without a phone; then the ledger, while nobody holds the county; then everything.
  await (await run('--new-phone')).stop();
  const people = (await readFile(resolve(args.rows), 'utf8')).trim().split('\n').map(JSON.parse);
  const file = join(work, 'ledger.csv');
  await writeFile(file, ledger(people));
  const grid = (await readFile(join(work, 'grid'), 'utf8')).trim();
  await county('import', file, '--area', grid);
  stack = await run();
  let head;
  for (let waited = 0; !(head?.households >= HOUSEHOLDS); waited++) {
    if (waited > 1_200) throw new Error(`the phone has ${head?.households} households`);
    await pause(100);
    head = await call(stack.page, 'households_head');
  }
  // What of it is the phone's core and not the page: the same questions, asked directly.
  for (const name of ['today', 'households_head']) {
    const took = [];
    for (let n = 0; n < 5; n++) {
      const from = performance.now();
      await call(stack.page, name);
      took.push(Math.round(performance.now() - from));
    }
    console.error(`  ${name}: ${took.join(' ')} ms in the core`);
  }
  browser = await launch();
  const runs = [];
  for (let time = 0; time < times; time++) runs.push(await once(browser, stack.page));
  figure(
    'cold_start_6x_ms',
    'ms',
    runs.map((one) => one.cold),
  );
  figure('first_script_gz_kb', 'KB', [await firstScript()]);
  figure(
    'door_list_open_ms',
    'ms',
    runs.map((one) => one.open),
  );
  figure(
    'scroll_long_tasks_over_50ms',
    'tasks',
    runs.map((one) => one.long),
  );
  await writeFile(args.to, JSON.stringify(figures, null, 2));
} finally {
  await browser?.close();
  await stack?.stop();
  await rm(work, { recursive: true, force: true });
}
