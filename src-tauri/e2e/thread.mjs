// A worker's day in the real shell against a real county, the way a person follows it: enrolled, the network goes, a
// visit, a round, an incident with a photo, the phone locked and killed; the network comes back and the county has it
// all, once. Started by scripts/shell-e2e.sh, which supplies the screen. Any error in the page fails the step it came in.
//   node thread.mjs PROGRAM-OF-THE-SHELL PROGRAM-OF-THE-COUNTY      PICTURES=folder keeps a picture of every step
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUpCounty } from './county.mjs';
import { GATE, madePicture, madeWalk } from './hardware.mjs';
import { picture } from './screen.mjs';
import { openWindow, until } from './window.mjs';

const [program, countyProgram] = process.argv.slice(2);
const pictures = process.env.PICTURES;
const PIN = '730592';
const WRONG_PIN = '730591';
const WORDS = '四辆电动车堵在消防通道里';
const PLACE = '东门内侧';

const work = mkdtempSync(join(tmpdir(), 'xunge-shell-thread-'));
const [home, camera, walk] = ['phone', 'camera', 'walk.gpx'].map((name) => join(work, name));
mkdirSync(camera);
writeFileSync(join(camera, '1.png'), madePicture());
writeFileSync(walk, madeWalk());
if (pictures) mkdirSync(pictures, { recursive: true });

let county = null;
let shell = null;
let shots = 0;
const open = () =>
  openWindow(program, {
    // As on any phone there: the county's days are counted in this zone.
    TZ: 'Asia/Shanghai',
    XUNGE_HOME: home,
    XUNGE_CAMERA: camera,
    XUNGE_WALK: walk,
    XDG_DATA_HOME: home,
    XDG_CACHE_HOME: home,
  });

/** A picture once nothing moves any more: of the page, not of a sheet on its way. */
async function shot(name) {
  if (!pictures) return;
  await until('the page to be still', () =>
    shell.look('return document.getAnimations().every((moving) => moving.playState !== "running")'),
  );
  picture(join(pictures, `${String(++shots).padStart(2, '0')}-${name}.png`));
}
async function typePin(digits) {
  for (const digit of digits) await shell.tap(digit, '.pad button.key');
}
const tab = (name) => shell.tap(name, 'nav .tab');
const back = () => shell.tap(undefined, 'header .back');
/** The four numbers as they stand on the screen. */
const four = () =>
  shell.look(`return Object.fromEntries(['on_phone', 'sending', 'at_county', 'needs_you']
    .map((name) => [name, Number(find('.four .' + name + ' b').innerText)]));`);
/** Waits until the four numbers are as wanted; answers them and everything they were on the way. */
async function counts(what, fits, patience) {
  const seen = [];
  await until(
    what,
    async () => {
      const now = await four();
      if (JSON.stringify(seen.at(-1)) !== JSON.stringify(now)) seen.push(now);
      if (fits(now)) return true;
      throw new Error(JSON.stringify(now));
    },
    patience,
  );
  return { now: seen.at(-1), seen };
}
/** What the core behind the screen counts: the screen follows it within its poll. */
const core = () =>
  shell.run(`const done = arguments[0];
    window.__TAURI_INTERNALS__.invoke('call', { name: 'sync_state', args: {} })
      .then((state) => done(state.counts), (error) => done({ error }));`);
const firstPhoto = (selector) =>
  until('the photo drawn', () => shell.look('return find(arguments[0])?.naturalWidth > 0', selector));

/** How many things this phone wrote, as its own screen counts them while none has left it. */
let saved = 0;
/** Of these the picture of the incident: it waits as one thing of its own, and is no record at the county. */
const PICTURES = 1;
let visited = '';
let sha256 = '';

const steps = [
  [
    'a county with demo data is set up and serves',
    async () => {
      county = await setUpCounty(countyProgram, work, join(process.cwd(), 'ui/dist'));
      await county.serve();
    },
  ],
  [
    'the shell opens on a phone that is new',
    async () => {
      shell = await open();
      await shell.sees('开始登记');
      await shot('welcome');
    },
  ],
  [
    'enrolled with the address, the code of twenty characters and a PIN',
    async () => {
      await shell.tap('开始登记');
      await shell.type('#address', county.address);
      await shell.type('#code', county.code);
      await shell.sees('20 位齐了');
      await shot('code');
      await shell.tap('下一步');
      await typePin(PIN);
      await shell.sees('再输一遍');
      await shot('pin');
      await typePin(PIN);
      await shell.at('/first-sync');
      await shot('first-sync');
    },
  ],
  [
    'the first sync brings the whole grid, and Today says what is due',
    async () => {
      await shell.sees('都在手机里了', 'body', 45_000);
      await shell.tap('开始用');
      await shell.at('/today');
      await shell.sees('要走访');
      await counts('nothing written yet', (n) => n.on_phone + n.sending + n.at_county + n.needs_you === 0);
      await shot('today-first');
    },
  ],
  [
    'the network is gone; a household is found and visited',
    async () => {
      await county.stop();
      await tab('住户');
      await shell.sees('幢', '.building.on');
      await shot('households');
      await shell.tap(undefined, 'a.door');
      await shell.at('/household/');
      visited = await shell.look('return find("h1").innerText.trim()');
      await shot('household');
      await shell.tap('都没变，记一次走访');
      await shell.sees('走访记下了', '.bar');
      await shell.sees('走访，没有变化');
      await shot('visited');
    },
  ],
  [
    'a round is started and passes an inspection point',
    async () => {
      await back();
      await tab('巡查');
      await shell.tap('开始巡查');
      // Outside the round's hours the worker is asked once more.
      const seen = await until('the round', async () =>
        (await shell.look('return Boolean(find(".round"))'))
          ? 'round'
          : (await shell.look('return Boolean(find(".van-popup button"))')) && 'question',
      );
      if (seen === 'question') await shell.tap('开始巡查', '.van-popup button');
      await shell.sees('记录中');
      await until('a length and a point', () =>
        shell.look(`const [, length, points] = document.querySelectorAll('.trio b');
          return parseInt(length.innerText) > 0 && parseInt(points.innerText) === 1;`),
      );
      await shot('round');
    },
  ],
  [
    'an incident is reported with a photo',
    async () => {
      await shell.tap('发现问题，拍照上报');
      await shell.at('/report');
      await shell.tap('拍照');
      await firstPhoto('.photo img');
      await shell.tap(undefined, '.kind');
      await shell.type('#r-place', PLACE);
      await shell.sees('已定位');
      await shell.type('#r-text', WORDS);
      await shot('report');
      await shell.tap('上报处理');
      await shell.at('/incident/');
      await shell.sees(WORDS);
      await firstPhoto('.photo img');
      await shell.sees('在本机', 'header');
      await shot('incident');
    },
  ],
  [
    'the round is ended by the worker, with a summary',
    async () => {
      await back();
      await tab('巡查');
      await shell.sees('记录中');
      await shell.tap('结束巡查');
      await shell.sees('结束这次巡查');
      await shot('stop');
      await shell.tap('结束巡查', '.van-popup button');
      await shell.sees('巡查小结');
      assert.match(await shell.words(), /路程\s+[1-9]\d* 米|路程\s+[1-9]\d* m/, 'the walk has a length');
      await shot('summary');
      await shell.tap('回到巡查');
    },
  ],
  [
    'Today counts everything on this phone, and nothing at the county',
    async () => {
      await tab('今日');
      saved = (await core()).on_phone;
      assert.ok(saved >= 3, 'a visit, a round and an incident at least');
      const { now } = await counts('records on this phone', (n) => n.on_phone === saved);
      assert.deepEqual(now, { on_phone: saved, sending: 0, at_county: 0, needs_you: 0 });
      await shell.sees(`${saved} 条在本机`);
      await shot('today-offline');
      assert.deepEqual((await county.check()).operations, [], 'the county has nothing yet');
    },
  ],
  [
    'locked: a wrong PIN says how many tries are left, the right one opens with everything there',
    async () => {
      await tab('我的');
      await shell.at('/me');
      await shell.sees('锁定', 'button');
      await shot('me');
      await shell.tap('锁定');
      await shell.tap('锁定', '.van-popup button');
      await shell.at('/unlock');
      assert.doesNotMatch(await shell.words(), /撤销/, 'a locked phone offers nothing of what was done');
      await typePin(WRONG_PIN);
      await shell.sees('密码不对，还可以试');
      const left = /还可以试 (\d+) 次/.exec(await shell.words());
      assert.ok(Number(left?.[1]) > 1, 'tries are left');
      await shot('wrong-pin');
      await typePin(PIN);
      await shell.at('/today');
      await counts('the same counts', (n) => n.on_phone === saved);
    },
  ],
  [
    'killed the moment a visit was said to be saved, it opens again with that visit and all the rest',
    async () => {
      await tab('住户');
      await shell.tap(undefined, 'a.door:not(.visited)');
      await shell.at('/household/');
      await shell.tap('没见到人');
      await shell.tap('敲门没人应');
      await shell.sees('记下了：没见到人', '.bar');
      saved += 1;
      await shell.kill();
      shell = await open();
      await shell.sees('输入密码');
      await shot('after-kill');
      await typePin(PIN);
      await shell.at('/today');
      await counts('all records', (n) => n.on_phone === saved);
      await tab('事件');
      await shell.tap(PLACE, 'a');
      await shell.sees(WORDS);
      await firstPhoto('.photo img');
      await shot('incident-after-kill');
      await back();
    },
  ],
  [
    'the network is back: the counts move over until all is at the county',
    async () => {
      await tab('我的');
      await shell.tap('同步');
      await shell.at('/me/sync');
      await counts('all on this phone still', (n) => n.on_phone === saved && n.at_county === 0);
      await shell.sees('等信号', 'header');
      await shell.sees('现在联系不上县里');
      assert.equal(await shell.look('return find(".rail").getAttribute("aria-valuenow")'), '0', 'no bar is full yet');
      await shot('sync-before');
      await county.serve();
      await shell.tap('现在就送');
      const { seen } = await counts(
        'all at the county',
        (n) => n.at_county === saved && n.on_phone + n.sending === 0,
        45_000,
      );
      // None is counted twice and none goes missing on the way.
      for (const n of seen) {
        const all = n.on_phone + n.sending + n.at_county;
        assert.equal(all, saved, JSON.stringify(seen));
      }
      assert.equal(seen.at(-1).needs_you, 0);
      await shell.sees('没有要送的', 'body', 30_000);
      await shot('sync-after');
      await back();
      await tab('今日');
      await shell.sees('都在县里了');
      await shot('today-all');
    },
  ],
  [
    'the desk has the visits, the round, and the incident with its photo whole and signed',
    async () => {
      const desk = await county.desktop();
      const visits = await desk('visits');
      assert.deepEqual(visits.rows.map((v) => v.outcome).sort(), ['nobody_home', 'nothing_changed']);
      assert.ok(
        visits.rows.some((v) => visited.includes(v.door) || v.door.includes(visited)),
        JSON.stringify(visits.rows),
      );
      const rounds = await desk('patrols');
      assert.equal(rounds.total, 1);
      assert.ok(rounds.rows[0].ended_ms > rounds.rows[0].started_ms && rounds.rows[0].length_m > 0);
      assert.equal(rounds.rows[0].incidents, 1);
      const round = await desk(`patrols/${rounds.rows[0].id}`);
      assert.deepEqual(
        round.points_list.filter((p) => p.reached_ms !== null).map((p) => p.name),
        [GATE.name],
      );
      const row = (await desk('incidents?filter=all')).rows.find((i) => i.text === WORDS);
      const incident = await desk(`incidents/${row.id}`);
      assert.equal(incident.place_name, PLACE);
      assert.ok(Math.abs(incident.lat_e7 / 1e7 - GATE.lat) < 0.01, 'it stands where the walk was');
      const [photo] = incident.photos;
      assert.ok(photo.complete && photo.signature_ok, JSON.stringify(photo));
      ({ sha256 } = photo);
      const bytes = await desk(`photos/${sha256}`, true);
      assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
    },
  ],
  [
    'the county, stopped and checked, holds every record once and nothing damaged',
    async () => {
      await shell.close();
      shell = null;
      await county.stop('SIGTERM');
      const { operations, pictures: held, damaged } = await county.check();
      assert.deepEqual(damaged, []);
      assert.equal(operations.length, saved - PICTURES);
      assert.equal(new Set(operations.map((o) => o.id)).size, saved - PICTURES);
      assert.ok(held.some((p) => p.sha256 === sha256));
      assert.deepEqual([...new Set(held.map((p) => p.state))], ['verified']);
    },
  ],
];

let passed = 0;
const began = Date.now();
for (const [name, run] of steps) {
  const from = Date.now();
  try {
    await run();
    const faults = shell ? await shell.faults() : [];
    assert.deepEqual(faults, [], 'the page reported errors');
    passed++;
    console.log(`ok      ${name} (${((Date.now() - from) / 1000).toFixed(1)} s)`);
  } catch (error) {
    console.error(`FAILED  ${name}\n${error.stack}`);
    const path = join(pictures ?? tmpdir(), 'xunge-shell-failed.png');
    try {
      picture(path);
      console.error(`picture: ${path}`);
    } catch (none) {
      console.error(`no picture: ${none.message}`);
    }
    for (const said of [shell?.printed(), county?.printed()]) if (said) console.error(said.slice(-2_000));
    break;
  }
}
await shell?.close();
await county?.stop();
rmSync(work, { recursive: true, force: true });
for (const [name] of steps.slice(passed + 1)) console.error(`not reached: ${name}`);
console.log(`shell thread: ${((Date.now() - began) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${steps.length - passed} failed`);
process.exit(passed === steps.length ? 0 : 1);
