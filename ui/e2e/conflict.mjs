// Two workers of one grid, each in a window of their own, both without signal: they change the same phone number and move
// the same household. Back in touch, one of them decides, takes it back, decides again; both phones agree. Then each decides
// differently, the question comes up again, and the desk settles it. Nothing of it holds up any other work.
//   XUNGE_BRIDGE=path of xunge-bridge   PICTURES=folder keeps pictures   npm run e2e:conflict
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DESK, launch, PHONE } from './browser.mjs';
import { startStack } from './stack.mjs';
import { live } from './steps.mjs';

const pictures = process.env.PICTURES;
const FIRST = '14211112207';
const SECOND = '14233338841';
const THIRD = '14255550000';

if (pictures) await mkdir(pictures, { recursive: true });
const stack = await startStack({ twoPhones: true }).catch((error) => {
  console.error(error.message);
  console.log('0 passed, 1 failed');
  process.exit(1);
});
const browser = await launch();
const faults = [];
let seated = false;
/** A step in which the phone is to say no. */
let refusing = false;

async function open(what, options) {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => faults.push(`${what}: error ${error.message}`));
  page.on('console', (line) => {
    const nobodyYet = what === 'desk' && !seated && / 401 /.test(line.text());
    const asWanted = refusing && / 422 /.test(line.text());
    if (line.type() === 'error' && !nobodyYet && !asWanted)
      faults.push(`${what}: console ${line.text()} ${line.location().url}`);
  });
  return page;
}
const anna = await open('anna', PHONE);
const bert = await open('bert', PHONE);
const desk = await open('desk', { ...DESK, ignoreHTTPSErrors: true });
const both = (act) => Promise.all([act(anna, stack.pages[0]), act(bert, stack.pages[1])]);

const sees = (page, text) => page.locator(`text=${text} >> visible=true`).first().waitFor();
const tap = (page, text) =>
  page.locator(`button:visible:has-text("${text}"), a:visible:has-text("${text}")`).first().tap();
const at = (page, path) => page.waitForFunction((p) => window.location.hash.startsWith(`#${p}`), path);
async function go(page, path) {
  await page.evaluate((p) => (window.location.hash = `#${p}`), path);
  await at(page, path);
}
async function shot(name, page) {
  if (!pictures) return;
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
/** Everything sent, and what the other sent is here. */
async function meet(condition) {
  const until = Date.now() + 60_000;
  for (;;) {
    const done = await Promise.all([ask(0, 'sync_now'), ask(1, 'sync_now')]).then(condition, () => false);
    if (done) return;
    if (Date.now() > until) throw new Error('the phones did not come to agree');
    await new Promise((wait) => setTimeout(wait, 300));
  }
}
/** What a screen would ask of the phone. */
async function ask(which, name, args = {}) {
  const { origin, searchParams } = new URL(stack.pages[which]);
  const answer = await fetch(`${origin}/call/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${searchParams.get('token')}` },
    body: JSON.stringify(args),
  });
  if (!answer.ok) throw new Error(`${name}: ${(await answer.json()).code}`);
  return answer.json();
}
const sent = (states) => states.every(({ counts }) => counts.on_phone + counts.sending === 0);
const conflictsOf = async (which) => (await ask(which, 'review')).conflicts;
async function reviewOf(count) {
  await meet(sent);
  await meet(async () => (await conflictsOf(0)).length === count && (await conflictsOf(1)).length === count);
}

let household = '';
let person = '';
const targets = [];

async function number(page, digits) {
  await go(page, `/household/${household}/person/${person}`);
  await page.fill('#f-phone', digits);
  await tap(page, '保存');
  await at(page, `/household/${household}`);
}
async function move(page, door) {
  await go(page, `/household/${household}/edit`);
  await tap(page, '搬到别处了');
  const free = page.locator('.floor button:has-text("空房")').nth(door);
  await free.waitFor();
  const words = (await free.innerText()).replace('空房', '').replace(/\s+/g, ' ').trim();
  await shot('move', page);
  await free.tap();
  await sees(page, '→');
  await tap(page, '保存');
  await at(page, `/household/${household}`);
  return words;
}
const card = (page, words) => page.locator('.card', { hasText: words }).first();

/** Dwellings of the first building in which nobody lives, on both phones. */
async function emptyFlats() {
  const { buildings } = await ask(0, 'households_head');
  const { floors } = await ask(0, 'building', { id: buildings[0].id });
  return floors.flatMap((floor) => floor.doors.filter((door) => !door.household).map((door) => door.dwelling));
}
/** The households a phone shows behind the door of a dwelling. */
async function behind(which, dwelling) {
  const { buildings } = await ask(which, 'households_head');
  const { floors } = await ask(which, 'building', { id: buildings[0].id });
  const doors = floors.flatMap((floor) => floor.doors.filter((door) => door.dwelling === dwelling));
  return doors.map((door) => door.household).filter(Boolean);
}
const homesAsked = async (count) => {
  await meet(sent);
  const all = async (which) => (await ask(which, 'review')).same_homes.length;
  await meet(async () => (await all(0)) === count && (await all(1)) === count);
};
async function opens(page, dwelling, name) {
  await go(page, `/dwelling/${dwelling}/person/new`);
  await page.fill('#f-name', name);
}
async function registers(page, dwelling, name) {
  await opens(page, dwelling, name);
  await tap(page, '保存');
}

const steps = [
  [
    'both phones hold the grid',
    async () => {
      await both((page, address) => page.goto(address));
      await meet(async () => {
        const heads = await Promise.all([ask(0, 'households_head'), ask(1, 'households_head')]);
        return heads.every((head) => head.households > 20 && head.households === heads[0].households);
      });
      const { buildings } = await ask(0, 'households_head');
      for (const building of buildings) {
        const { floors } = await ask(0, 'building', { id: building.id });
        const doors = floors.flatMap((floor) => floor.doors);
        if (doors.filter((door) => !door.household).length < 2 || building !== buildings[0]) continue;
        household = doors.find((door) => door.household && door.people > 1).household;
      }
      household ||= (await ask(0, 'building', { id: buildings[0].id })).floors
        .flatMap((floor) => floor.doors)
        .find((door) => door.household && door.people > 0).household;
      person = (await ask(0, 'household', { id: household })).people[0].id;
      // Who has been here is known by name from the first visit on.
      await ask(1, 'record_visit', { household, outcome: 'changed', note: '', duties: [] });
      await meet(sent);
    },
  ],
  [
    'without signal each gives the same person another number and moves the same household',
    async () => {
      await stack.link(stack.pages[0], 'down');
      await stack.link(stack.pages[1], 'down');
      await number(anna, FIRST);
      await number(bert, SECOND);
      targets.push(await move(anna, 0), await move(bert, 1));
      assert.notEqual(targets[0], targets[1]);
      assert.equal((await conflictsOf(0)).length + (await conflictsOf(1)).length, 0);
    },
  ],
  [
    'back in touch, both are asked: both values side by side, in plain words',
    async () => {
      await stack.link(stack.pages[0], 'up');
      await stack.link(stack.pages[1], 'up');
      await reviewOf(2);
      await both((page) => go(page, '/review'));
      await both((page) => sees(page, '需要你 · 2'));
      const words = await anna.locator('.screen').innerText();
      assert.match(words, /你 今天 \d+:\d\d 改为\s+142\*{4}2207/, 'mine');
      assert.match(words, /示例乙 今天 \d+:\d\d 改为\s+142\*{4}8841/, 'the colleague by name');
      for (const door of targets) assert.ok(words.includes(door), `${door} is not shown`);
      assert.doesNotMatch(words, new RegExp(`${FIRST}|${SECOND}`), 'masked');
      // The picture without the bar of what was saved before.
      if (pictures) await anna.locator('.bar').waitFor({ state: 'detached' });
      await shot('conflict-side-by-side', anna);
    },
  ],
  [
    'other work goes on meanwhile',
    async () => {
      await ask(1, 'record_visit', { household, outcome: 'nothing_changed', note: '', duties: [] });
      await meet(sent);
      assert.equal((await conflictsOf(1)).length, 2);
    },
  ],
  [
    'one decides, takes it back, and is asked again as before',
    async () => {
      const phones = card(anna, '电话');
      await phones.locator('.side', { hasText: '8841' }).tap();
      await phones.locator('button:has-text("用选中的")').tap();
      await sees(anna, '需要你 · 1');
      await anna.locator('.bar .undo').tap();
      await sees(anna, '需要你 · 2');
      const again = await card(anna, '电话').innerText();
      assert.match(again, /你 今天 \d+:\d\d 改为\s+142\*{4}2207/);
      assert.match(again, /示例乙 今天 \d+:\d\d 改为\s+142\*{4}8841/, 'taking it back makes nothing of the other mine');
    },
  ],
  [
    'and decides again: both numbers are kept, the household lives where the colleague put it; both phones agree',
    async () => {
      await card(anna, '电话').locator('button:has-text("两个都留")').tap();
      await sees(anna, '需要你 · 1');
      const doors = card(anna, '住处');
      await doors.locator('.side', { hasText: targets[1] }).tap();
      await doors.locator('button:has-text("用选中的")').tap();
      await sees(anna, '没有需要你定的');
      await reviewOf(0);
      const views = await Promise.all([ask(0, 'household', { id: household }), ask(1, 'household', { id: household })]);
      assert.equal(views[0].door, views[1].door);
      assert.ok(views[0].door.endsWith(targets[1]), `${views[0].door} / ${targets[1]}`);
      const numbers = views.map((view) => {
        const one = view.people.find((p) => p.id === person);
        return [one.phone, ...one.other_phones].sort();
      });
      assert.deepEqual(numbers[0], numbers[1]);
      assert.deepEqual(numbers[0], ['142****2207', '142****8841']);
      await sees(bert, '没有需要你定的');
      await go(bert, `/household/${household}`);
      await sees(bert, '142****8841');
      await shot('conflict-settled', bert);
    },
  ],
  [
    'two who decide differently are asked again, and the desk can settle it for both',
    async () => {
      await stack.link(stack.pages[0], 'down');
      await stack.link(stack.pages[1], 'down');
      await number(anna, THIRD);
      await number(bert, SECOND.replace('8841', '9999'));
      await stack.link(stack.pages[0], 'up');
      await stack.link(stack.pages[1], 'up');
      await reviewOf(1);
      await stack.link(stack.pages[0], 'down');
      await stack.link(stack.pages[1], 'down');
      await both(async (page) => {
        await go(page, '/review');
        await card(page, '电话').locator('button:has-text("用我的")').tap();
        await sees(page, '没有需要你定的');
      });
      await stack.link(stack.pages[0], 'up');
      await stack.link(stack.pages[1], 'up');
      await reviewOf(1);

      await desk.goto(stack.desk);
      await desk.fill('#name', stack.account.name);
      await desk.fill('#password', stack.account.password);
      await desk.keyboard.press('Enter');
      await desk.locator('#password').waitFor({ state: 'detached' });
      seated = true;
      await desk.locator('.nav a[href*="review"]').click();
      await desk.locator('tbody tr', { hasText: '0000' }).first().waitFor();
      await shot('desk-review', desk);
      await desk.locator('tbody tr', { hasText: '0000' }).first().click();
      const box = desk.locator('.el-dialog:visible');
      await box.locator('.side').nth(1).waitFor();
      await shot('desk-review-case', desk);
      await box.locator('.side', { hasText: '0000' }).locator('button').click();
      await box.waitFor({ state: 'detached' });
      await desk.locator('button:has-text("撤销，重新核对")').click();
      await desk.locator('tbody tr', { hasText: '0000' }).first().click();
      await desk.locator('.el-dialog:visible .side', { hasText: '0000' }).locator('button').click();
      await desk.locator('.el-dialog:visible').waitFor({ state: 'detached' });
      await reviewOf(0);
      for (const which of [0, 1]) {
        const view = await ask(which, 'household', { id: household });
        assert.equal(view.people.find((p) => p.id === person).phone, '142****0000');
      }
    },
  ],
  [
    'both register the same empty flat without signal: asked about, put together, and both agree',
    async () => {
      await stack.link(stack.pages[0], 'down');
      await stack.link(stack.pages[1], 'down');
      const free = await emptyFlats();
      const before = (await ask(0, 'households_head')).households;
      await registers(anna, free[0], '示例住户甲');
      await at(anna, '/household/');
      await registers(bert, free[0], '示例住户乙');
      await at(bert, '/household/');
      await stack.link(stack.pages[0], 'up');
      await stack.link(stack.pages[1], 'up');
      await homesAsked(1);
      await go(anna, '/review');
      await sees(anna, '可能是同一户');
      const words = await card(anna, '可能是同一户').innerText();
      assert.match(words, /两人各登记了一次/);
      assert.doesNotMatch(words, /示例住户/, 'masked');
      if (pictures) await anna.locator('.bar').waitFor({ state: 'detached' });
      await shot('one-home-twice', anna);
      await card(anna, '可能是同一户').locator('button:has-text("是一户，合并")').tap();
      await sees(anna, '没有需要你定的');
      await homesAsked(0);
      const homes = await Promise.all([0, 1].map((which) => behind(which, free[0])));
      assert.equal(homes[0].length, 1, 'one household behind the door');
      assert.deepEqual(homes[0], homes[1]);
      const views = await Promise.all([0, 1].map((which) => ask(which, 'household', { id: homes[0][0] })));
      assert.deepEqual(
        views.map((view) => view.people.length),
        [2, 2],
      );
      assert.equal((await ask(1, 'households_head')).households, before + 1);
    },
  ],
  [
    'a flat registered while the form was open is said to be taken, and nobody is entered twice',
    async () => {
      const [flat] = await emptyFlats();
      await opens(bert, flat, '示例住户丁');
      await registers(anna, flat, '示例住户丙');
      await at(anna, '/household/');
      await meet(sent);
      await meet(async () => (await behind(1, flat)).length === 1);
      refusing = true;
      await tap(bert, '保存');
      await sees(bert, '刚才有人在这套房登记了一户');
      refusing = false;
      await sees(bert, '就是这一户，加进来');
      await shot('home-taken', bert);
      await tap(bert, '就是这一户，加进来');
      await bert.waitForFunction(() => !window.location.hash.startsWith('#/dwelling'));
      await meet(sent);
      await meet(async () => {
        const [home] = await behind(0, flat);
        return (await behind(0, flat)).length === 1 && (await ask(0, 'household', { id: home })).people.length === 2;
      });
      assert.equal((await ask(0, 'review')).same_homes.length, 0);
    },
  ],
];

await live('conflict', steps, { faults, pages: { anna, bert, desk }, pictures, browser, stack });
