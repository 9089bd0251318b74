// Opens the built shell and looks at it from inside: the page of ui/ runs under the shell's own policy, the one command
// answers, and every other way out is shut. Started by scripts/shell-e2e.sh, which supplies the screen.
// Usage: node opens.mjs PROGRAM
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openWindow, until } from './window.mjs';

const [program] = process.argv.slice(2);
const home = mkdtempSync(join(tmpdir(), 'xunge-shell-'));
let shell;
try {
  shell = await openWindow(program, { XUNGE_HOME: home, XDG_DATA_HOME: home, XDG_CACHE_HOME: home });
  assert.equal(await shell.title(), '巡格');
  const words = await until('words on the screen', async () => (await shell.words()).trim());
  console.log(`the shell shows: ${words.split('\n').filter(Boolean).slice(0, 4).join(' · ')}`);

  // Runs in the page; the last argument is the callback that ends it.
  const answer = await shell.run(`
    const done = arguments[0];
    window.__TAURI_INTERNALS__.invoke('call', { name: 'app_state', args: {} })
      .then((value) => done({ value }), (error) => done({ error }));`);
  const state = answer.value?.phase ?? answer.error?.code;
  assert.ok(state, `the command table does not answer: ${JSON.stringify(answer)}`);
  console.log(`the command table answers: ${state}`);

  const blocked = await shell.run(`
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

  const forbidden = await shell.run(`
    const done = arguments[0];
    window.__TAURI_INTERNALS__.invoke('plugin:path|resolve_directory', { directory: 1 })
      .then(() => done('reached'), (error) => done(String(error)));`);
  assert.match(forbidden, /not allowed/);

  await shell.run('arguments[0](); location.href = "https://example.org/";');
  await pause(1000);
  assert.match(await shell.url(), /^tauri:\/\/localhost/, 'the window left its own pages');
  console.log('network, inline scripts, other commands and other pages are shut');
} finally {
  await shell?.close();
  rmSync(home, { recursive: true, force: true });
}
