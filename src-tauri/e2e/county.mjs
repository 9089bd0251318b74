// A real county with demo data for one run, in a folder of its own: set up and asked by its own commands and by its
// desk's API, as people would. It can be taken off the network and come back.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, until } from './window.mjs';

const run = promisify(execFile);

export async function setUpCounty(program, folder, desk) {
  const data = join(folder, 'county');
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const command = async (...args) => {
    const { stdout } = await run(program, ['--data', data, ...args, '--json'], { maxBuffer: 64 << 20 });
    return JSON.parse(stdout);
  };
  const made = await command('demo', '--scale', 'small');
  const number = 'D0001';
  await command('worker', 'add', '示例甲', '--area', made.known_grid, '--role', 'full_time', '--number', number);
  const { code } = await command('enrol-code', number, '--address', address);

  let served = null;
  let printed = '';
  async function serve() {
    const hosts = ['--host', '127.0.0.1', '--desk-dir', desk];
    const child = spawn(program, ['--data', data, 'serve', '--listen', address, ...hosts], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (printed += bytes));
    served = child;
    await until('the county to serve', async () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${printed}`);
      return printed.includes(`https://${address}/`);
    });
  }
  /** Without a signal it is the power that fails. */
  async function stop(signal = 'SIGKILL') {
    const child = served;
    served = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  // The certificate is made for this run; nobody could have told us its hash beforehand but the county beside us.
  const ask = (method, path, headers = {}, body = undefined) =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method, path, headers, rejectUnauthorized: false };
      const asked = request(options, (answer) => {
        const pieces = [];
        answer.on('data', (piece) => pieces.push(piece)).on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces) }),
        );
      });
      asked.on('error', reject).end(body);
    });

  /** Logs in at the desk; answers a function that gets a route below `/desk/api/`. */
  async function desktop() {
    const { name, password } = made.accounts.find((account) => account.name === 'town');
    const login = await ask(
      'POST',
      '/desk/api/login',
      { 'content-type': 'application/json' },
      JSON.stringify({ name, password }),
    );
    if (login.status !== 200) throw new Error(`the desk's login answers ${login.status}: ${login.body}`);
    const cookie = login.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');
    return async (route, raw = false) => {
      const answer = await ask('GET', `/desk/api/${route}`, { cookie });
      if (answer.status !== 200) throw new Error(`${route} answers ${answer.status}: ${answer.body}`);
      return raw ? answer.body : JSON.parse(answer.body);
    };
  }

  return { address, code, serve, stop, desktop, printed: () => printed, check: () => command('check') };
}
