// The built shell in a real WebKitGTK, driven by WebDriver: what a hand and an eye can do with its window, and no more.
// Knows nothing of any screen. Every wait is for something to be seen; the screen comes from scripts/shell-e2e.sh.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
/** How WebDriver names an element in JSON. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Asks `look` again until it answers something true, and answers that. Gives up with what it last said. */
export async function until(what, look, patience = PATIENCE_MS) {
  const end = Date.now() + patience;
  for (;;) {
    const seen = await look().catch((error) => error);
    if (seen && !(seen instanceof Error)) return seen;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}: ${seen?.message ?? seen}`);
    await pause(100);
  }
}

// In the page. `find` takes the first that is drawn, has the words and may be pressed.
const FIND = `
  const find = (selector, words) => [...document.querySelectorAll(selector)].find((element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility === 'visible'
      && !element.disabled && (!words || element.innerText.includes(words));
  });`;
// What is drawn at the middle of the element, after it has stopped moving, is the element itself: else a finger could
// not press it either.
const PRESSABLE = `
  ${FIND}
  const [selector, words, done] = arguments;
  const element = find(selector, words);
  if (!element) return done({ why: 'not on the screen' });
  const at = () => { const box = element.getBoundingClientRect(); return [box.x, box.y, box.width, box.height]; };
  const first = at();
  if (first[1] < 0 || first[1] + first[3] > innerHeight) element.scrollIntoView({ block: 'center', inline: 'center' });
  const before = at();
  setTimeout(() => {
    const [x, y, width, height] = at();
    if ([x, y, width, height].join() !== before.join()) return done({ why: 'still moving' });
    const top = document.elementFromPoint(x + width / 2, y + height / 2);
    if (top && element.contains(top)) return done({ element });
    done({ why: 'covered by ' + (top ? top.outerHTML.slice(0, 120) : 'nothing: it lies outside the window') });
  }, 60);`;
const WATCH = `
  if (window.__faults) return;
  window.__faults = [];
  const note = (text) => window.__faults.push(String(text).slice(0, 300));
  addEventListener('error', (event) => note(event.message || ('not loaded: ' + (event.target.src || event.target.href))), true);
  addEventListener('unhandledrejection', (event) => note(event.reason && event.reason.message || event.reason));
  document.addEventListener('securitypolicyviolation', (event) => note(event.effectiveDirective + ' ' + event.blockedURI));
  const spoken = console.error;
  console.error = (...words) => { note(words.join(' ')); spoken(...words); };`;

/** Opens `program` in a window of its own. `env` is what it finds in its environment besides ours. */
export async function openWindow(program, env) {
  const port = await freePort();
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, TAURI_WEBVIEW_AUTOMATION: 'true' },
  });
  let printed = '';
  for (const stream of [driver.stdout, driver.stderr]) stream.on('data', (bytes) => (printed += bytes));
  driver.on('error', (error) => (printed += error.message));

  async function ask(method, path, body) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  }

  let at = '';
  async function close() {
    // On a busy machine the driver may wait for a page that has gone already; killing it closes the window, too.
    if (at) await Promise.race([ask('DELETE', at).catch(() => undefined), pause(10_000)]);
    at = '';
    driver.kill();
  }
  try {
    await until('the driver', () => ask('GET', '/status'));
    const wanted = { 'webkitgtk:browserOptions': { binary: program, args: [] } };
    const session = await ask('POST', '/session', { capabilities: { alwaysMatch: wanted } });
    at = `/session/${session.sessionId}`;
  } catch (error) {
    await close();
    throw new Error(`the shell did not open: ${error.message}\n${printed}`);
  }

  const run = (script, ...args) => ask('POST', `${at}/execute/async`, { script, args });
  const look = (script, ...args) => ask('POST', `${at}/execute/sync`, { script: `${FIND}${script}`, args });
  const words = () => look('return document.body.innerText');

  await until('the page', () => look('return document.querySelector("#app").children.length > 0'), 30_000);
  await look(WATCH);

  async function pressable(selector, text) {
    const shown = await until(`"${text ?? selector}" to press`, async () => {
      const found = await run(PRESSABLE, selector, text ?? null);
      if (!found.element) throw new Error(found.why);
      return found;
    });
    return `${at}/element/${shown.element[ELEMENT]}`;
  }

  return {
    run,
    look,
    words,
    close,
    title: () => ask('GET', `${at}/title`),
    url: () => ask('GET', `${at}/url`),
    /** What the programs of this window printed. */
    printed: () => printed,

    /** Presses what has these words; only where a finger could. Pressed again when it was redrawn at that moment. */
    async tap(text, selector = 'button, a') {
      await until(`"${text ?? selector}" to be pressed`, async () => {
        await ask('POST', `${await pressable(selector, text)}/click`, {});
        return true;
      });
    },
    /** Types into a field by keyboard, and sees every letter and digit there; hyphens a field may leave out. */
    async type(selector, text) {
      await ask('POST', `${await pressable(selector)}/value`, { text });
      const bare = (typed) => typed.replace(/[^\p{L}\p{N}]/gu, '');
      await until(`"${text}" in ${selector}`, async () => {
        const typed = await look('return find(arguments[0]).value', selector);
        if (bare(typed) === bare(text)) return true;
        throw new Error(`it holds "${typed}"`);
      });
    },
    sees: (text, selector = 'body', patience = PATIENCE_MS) =>
      until(
        `"${text}" on the screen`,
        async () => {
          if (await look('return Boolean(find(arguments[0], arguments[1]))', selector, text)) return true;
          throw new Error(`it shows ${JSON.stringify((await words()).slice(0, 400))}`);
        },
        patience,
      ),
    at: (path) =>
      until(`the page ${path}`, async () => {
        const hash = await look('return location.hash');
        if (hash.startsWith(`#${path}`)) return hash;
        throw new Error(`it is at ${hash}`);
      }),
    /** Errors, refused loads and rejected promises of the page since last asked. */
    faults: () => look('return window.__faults.splice(0)'),

    /** Kills the program as the system does when memory runs out: no goodbye. Its records must not mind. */
    async kill() {
      const shells = children(driver.pid).filter((pid) => runs(pid, program));
      if (shells.length !== 1) throw new Error(`${shells.length} processes of the shell, not one`);
      process.kill(shells[0], 'SIGKILL');
      await until('the shell to be gone', async () => !runs(shells[0], program));
      at = '';
      driver.kill();
    },
  };
}

const children = (parent) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        // "pid (name) state parent …", and a name may hold anything.
        return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
const runs = (pid, program) => {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === program;
  } catch {
    return false;
  }
};
