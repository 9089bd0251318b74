// The same records through PouchDB: one document a person, replicated up to its server and down to a second client.
// Bytes are counted both ways by the relay that also stands between our phones and county.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import PouchDB from 'pouchdb';

const { values: args } = parseArgs({
  options: Object.fromEntries(['rows', 'work', 'relay', 'to', 'machine', 'times'].map((name) => [name, { type: 'string' }])),
});
const rows = readFileSync(args.rows, 'utf8').trim().split('\n').map(JSON.parse);

/** A program whose lines are read one by one. */
function program(command, words) {
  const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value };
}

async function once() {
  rmSync(args.work, { recursive: true, force: true });
  mkdirSync(`${args.work}/server`, { recursive: true });
  const server = program(process.execPath, [new URL('server.mjs', import.meta.url).pathname, `${args.work}/server`]);
  const port = await server.line();
  const relay = program(args.relay, ['relay', '--to', `127.0.0.1:${port}`]);
  const address = await relay.line();
  const bytes = async () => {
    relay.child.stdin.write('count\n');
    return (await relay.line()).split(' ').reduce((sum, part) => sum + Number(part), 0);
  };
  try {
    const writer = new PouchDB(`${args.work}/writer`);
    let started = performance.now();
    for (let at = 0; at < rows.length; at += 1000)
      await writer.bulkDocs(rows.slice(at, at + 1000).map((row) => ({ _id: randomUUID(), ...row })));
    const saved = (performance.now() - started) / 1000;

    const remote = `http://${address}/people`;
    const before = await bytes();
    started = performance.now();
    const up = await writer.replicate.to(remote, { batch_size: 1000 });
    const pushed = (performance.now() - started) / 1000;
    const sent = (await bytes()) - before;

    const reader = new PouchDB(`${args.work}/reader`);
    started = performance.now();
    await reader.replicate.from(remote, { batch_size: 1000 });
    const pulled = (performance.now() - started) / 1000;
    const held = (await reader.info()).doc_count;
    if (up.docs_written !== rows.length || held !== rows.length)
      throw new Error(`PouchDB: ${up.docs_written} went up and ${held} came down of ${rows.length}`);
    await writer.close();
    await reader.close();
    return [rows.length / saved, rows.length / pushed, sent / rows.length, rows.length / pulled];
  } finally {
    relay.child.kill();
    server.child.kill();
  }
}

const runs = [];
for (let time = 0; time < Number(args.times ?? 3); time++) runs.push(await once());
const median = (at) => runs.map((run) => run[at]).sort((a, b) => a - b)[Math.floor(runs.length / 2)];
const figures = [
  ['pouchdb_bulk_per_s', '1/s'],
  ['pouchdb_push_ops_per_s', '1/s'],
  ['pouchdb_push_bytes_per_op', 'B'],
  ['pouchdb_pull_ops_per_s', '1/s'],
].map(([name, unit], at) => ({ name, value: median(at), unit, n: runs.length, machine: args.machine }));
writeFileSync(args.to, JSON.stringify(figures, null, 2));
process.exit(0);
