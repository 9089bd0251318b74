// Opens the built shell in a real WebKitGTK by WebDriver and looks at it from inside: the page of ui/ runs under the
// shell's own policy, the one command answers, and every other way out is shut. Started by scripts/shell-e2e.sh, which
// supplies the screen. Usage: node opens.mjs PROGRAM [SCREENSHOT.png]
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const [program, screenshot] = process.argv.slice(2);
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const port = await freePort();
const home = mkdtempSync(join(tmpdir(), 'xunge-shell-'));
const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
  stdio: 'ignore',
  env: { ...process.env, TAURI_WEBVIEW_AUTOMATION: 'true', XUNGE_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home },
});

async function ask(method, path, body) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
  return value;
}

async function until(what, look, patience = 30_000) {
  const end = Date.now() + patience;
  for (;;) {
    const seen = await look().catch((error) => error);
    if (seen && !(seen instanceof Error)) return seen;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}: ${seen?.message ?? seen}`);
    await pause(200);
  }
}

let session;
try {
  await until('the driver', () => ask('GET', '/status'));
  session = await ask('POST', '/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: program, args: [] } } },
  });
  const at = `/session/${session.sessionId}`;
  // Runs in the page; the last argument is the callback that ends it.
  const inPage = (script) => ask('POST', `${at}/execute/async`, { script, args: [] });

  await until('the page', () => inPage('arguments[0](document.querySelector("#app")?.children.length > 0)'));
  assert.equal(await ask('GET', `${at}/title`), '巡格');
  const words = await until('words on the screen', () => inPage('arguments[0](document.body.innerText.trim())'));
  console.log(`the shell shows: ${words.split('\n').filter(Boolean).slice(0, 4).join(' · ')}`);
  if (screenshot) {
    // By ImageMagick, of the whole screen: WebKitWebDriver's own screenshot waits for ever without a graphics card.
    await pause(500);
    const taken = spawnSync('import', ['-window', 'root', screenshot], { timeout: 20_000 });
    console.log(taken.status === 0 ? `picture: ${screenshot}` : 'no picture: ImageMagick is not installed');
  }

  const answer = await inPage(`
    const done = arguments[0];
    window.__TAURI_INTERNALS__.invoke('call', { name: 'app_state', args: {} })
      .then((value) => done({ value }), (error) => done({ error }));`);
  const state = answer.value?.phase ?? answer.error?.code;
  assert.ok(state, `the command table does not answer: ${JSON.stringify(answer)}`);
  console.log(`the command table answers: ${state}`);

  const blocked = await inPage(`
    const done = arguments[0];
    const seen = [];
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
    fetch('https://example.org/').catch(() => undefined);
    new Image().src = 'https://example.org/pixel.png';
    const script = document.createElement('script');
    script.textContent = 'window.__injected = true';
    document.body.append(script);
    setTimeout(() => done({ seen, injected: window.__injected === true }), 1500);`);
  for (const way of ['connect-src', 'img-src', 'script-src-elem']) {
    assert.ok(blocked.seen.includes(way), `${way} is not shut: ${blocked.seen}`);
  }
  assert.equal(blocked.injected, false, 'an inline script ran');

  const forbidden = await inPage(`
    const done = arguments[0];
    window.__TAURI_INTERNALS__.invoke('plugin:path|resolve_directory', { directory: 1 })
      .then(() => done('reached'), (error) => done(String(error)));`);
  assert.match(forbidden, /not allowed/);

  await inPage('arguments[0](); location.href = "https://example.org/";');
  await pause(1000);
  assert.match(await ask('GET', `${at}/url`), /^tauri:\/\/localhost/, 'the window left its own pages');
  console.log('network, inline scripts, other commands and other pages are shut');
} finally {
  if (session) await ask('DELETE', `/session/${session.sessionId}`).catch(() => undefined);
  driver.kill();
  rmSync(home, { recursive: true, force: true });
}
