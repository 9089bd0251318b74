// The real programs for one run: a county with demo data and a headless phone, in a folder of their own, on free ports.
// What they print is what a person would read off the terminal; nothing else is known of them.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS = 60_000;
const END_MS = 8_000;

/** The launcher's path, or a message that says how to come by it. */
export function launcher() {
  const target = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');
  const program = resolve(process.env.XUNGE_BRIDGE ?? join(target, 'debug/xunge-bridge'));
  for (const [path, make] of [
    [program, 'cargo build -p xunge_bridge -p xunge_server (or set XUNGE_BRIDGE to its path)'],
    [join(program, '../xunge-county'), 'cargo build -p xunge_server; it belongs beside xunge-bridge'],
    [join(ROOT, 'ui/dist/index.html'), 'npm --prefix ui run build'],
  ])
    if (!existsSync(path)) throw new Error(`${path} is missing. Build it: ${make}`);
  return program;
}

/** Below the ports that the system gives to connections: one that is free now is not taken by somebody's request before it is
 * listened to. */
const [LOWEST, HIGHEST] = [20_000, 32_000];

const free = (port) =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });

/** The first of `many` ports in a row that are free. */
async function freePorts(many) {
  for (;;) {
    const first = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    const row = Array.from({ length: many }, (_, n) => free(first + n));
    if ((await Promise.all(row)).every(Boolean)) return first;
  }
}

/**
 * Starts both and waits until the phone's page is up; answers what was printed. With `twoPhones` a colleague's phone runs
 * beside it, both enrolled already, and either can be cut off from the county.
 */
export async function startStack({ twoPhones = false } = {}) {
  const program = launcher();
  const work = await mkdtemp(join(tmpdir(), 'xunge-thread-'));
  // The second phone's page is at the port after the first one's.
  const phonePort = await freePorts(3);
  const countyPort = phonePort + 2;
  // A group of its own, so that both programs get the Ctrl-C and none outlives the run.
  const child = spawn(
    program,
    [
      'run',
      twoPhones ? '--two-phones' : '--new-phone',
      '--work',
      work,
      '--phone-port',
      String(phonePort),
      '--county-port',
      String(countyPort),
    ],
    { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let out = '';
  let ended = false;
  const gone = new Promise((done) =>
    child.on('close', () => {
      ended = true;
      done();
    }),
  );
  child.on('error', (error) => (out += `\n${error.message}`));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (out += bytes));
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // Already gone.
    }
  };

  async function stop() {
    signal('SIGINT');
    await Promise.race([gone, new Promise((done) => setTimeout(done, END_MS))]);
    const clean = ended;
    signal('SIGKILL');
    await rm(work, { recursive: true, force: true });
    return clean;
  }

  const until = Date.now() + START_MS;
  while (!/Ctrl-C/.test(out)) {
    if (ended || Date.now() > until) {
      await stop();
      throw new Error(`xunge-bridge run did not come up:\n${out}`);
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  const read = (pattern) => {
    const found = pattern.exec(out);
    if (!found) throw new Error(`${pattern} is not in what xunge-bridge printed:\n${out}`);
    return found[1];
  };
  const pages = [...out.matchAll(/phone\s+(http:\S+)/g)].map(([, page]) => page);
  return {
    /** The phones' pages. */
    pages,
    /** Cuts a phone's way to the county, or mends it. */
    async link(page, way) {
      const { origin, searchParams } = new URL(page);
      const headers = { authorization: `Bearer ${searchParams.get('token')}` };
      const answer = await fetch(`${origin}/link/${way}`, { method: 'POST', headers });
      if (!answer.ok) throw new Error(`link ${way}: ${answer.status}`);
    },
    phone: read(/phone\s+(http:\S+)/),
    desk: read(/desk\s+(https:\S+)/),
    address: twoPhones ? '' : read(/县里地址\s+(\S+)/),
    code: twoPhones ? '' : read(/code\s+(\S+)/),
    pin: read(/PIN\s+(\d+)/),
    account: { name: 'town', password: read(/town\s+(\S+)/) },
    centre: { name: 'admin', password: read(/admin\s+(\S+)/) },
    printed: () => out,
    stop,
  };
}
