// The pictures of the desk for README and docs: a whole demo day is lived (two phones, the real county), then somebody logs in at the
// desk of that county, works on the day's incidents and looks at every page. Written to docs/screens as WebP.
//   XUNGE_BRIDGE=path of xunge-bridge   npm run shots:desk
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from './browser.mjs';
import { launcher } from './stack.mjs';

const OUT = fileURLToPath(new URL('../../docs/screens', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIZE = { width: 1366, height: 768 };
const DRAWN_MS = 900;

const bridge = launcher();
const program = join(dirname(bridge), 'xunge-county');
const work = await mkdtemp(join(tmpdir(), 'xunge-desk-day-'));
const data = join(work, 'day', 'county');
const county = (...args) => execFileSync(program, ['--data', data, ...args], { encoding: 'utf8' });

let served;
const browser = await launch();
try {
  console.log('a demo day is lived');
  execFileSync(bridge, ['demo', '--work', join(work, 'day'), '--report', join(work, 'day.json')], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  const added = county('account', 'add', 'zhongxin', '--area', '990101000000', '--role', 'county');
  const password = /password\s+(\S+)\s*$/m.exec(added)?.[1];
  if (!password) throw new Error(`no password in:\n${added}`);
  // One invented person in the ledgers of two grids, for somebody to decide about.
  for (const [grid, door] of [
    ['990101001001001', '1幢1单元101'],
    ['990101001001002', '2幢1单元101'],
  ]) {
    const ledger = join(work, `${grid}.csv`);
    await writeFile(ledger, `住址,姓名,与户主关系,身份证号\n${door},示例两处,户主,990101197503091235\n`);
    county('import', ledger, '--area', grid);
  }
  served = spawn(program, ['--data', data, 'serve', '--listen', '127.0.0.1:0', '--desk-dir', join(ROOT, 'ui/dist')], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const base = await new Promise((found, failed) => {
    served.on('exit', () => failed(new Error('the county ended')));
    served.stdout.on('data', (text) => {
      const address = /https:\/\/\S+\/desk\//.exec(String(text));
      if (address) found(address[0]);
    });
  });
  const context = await browser.newContext({
    viewport: SIZE,
    ignoreHTTPSErrors: true,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const shot = async (name) => {
    await page.waitForTimeout(DRAWN_MS);
    const session = await context.newCDPSession(page);
    const { data: bytes } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 72 });
    await session.detach();
    await writeFile(join(OUT, `${name}.webp`), Buffer.from(bytes, 'base64'));
    console.log(name);
  };
  const go = async (path, ready) => {
    await page.goto(`${base}#${path}`);
    await page.locator(ready).first().waitFor();
  };
  const close = async () => {
    await page.keyboard.press('Escape');
    await page.locator('.el-dialog:visible').waitFor({ state: 'detached' });
  };
  await page.goto(base);
  await page.locator('#name').waitFor();
  await shot('desk-login');
  await page.fill('#name', 'zhongxin');
  await page.fill('#password', password);
  await page.keyboard.press('Enter');
  await page.locator('.rows a.row').first().waitFor();
  const act = (text) => page.locator(`.side .btn:has-text("${text}")`).first();
  const open = (n) => page.locator('.rows a.row').nth(n).click();
  // One is accepted, one is with a department, the rest wait: as a desk looks in the course of a morning.
  await open(1);
  await act('受理').click();
  await act('派给部门').waitFor();
  await open(0);
  await act('受理').click();
  await act('派给部门').click();
  await page.locator('.side .el-select').click();
  await page.locator('.el-select-dropdown__item:visible').first().click();
  await act('确定').click();
  await act('填写处理结果').waitFor();
  await shot('desk');
  await page.locator('.case .pic').first().click();
  await page.waitForFunction(() => document.querySelector('[role=dialog] img')?.naturalWidth > 600);
  await shot('desk-photo');
  await page.keyboard.press('Escape');
  await go('/patrols', 'tbody tr');
  await shot('desk-patrols');
  await page.locator('tbody tr').first().click();
  await page.locator('.el-dialog:visible .leaflet-marker-icon').first().waitFor();
  await shot('desk-patrol');
  await close();
  await go('/duplicates', 'text=示**');
  await shot('desk-duplicates');
  for (const name of ['visits', 'devices', 'audit', 'accounts']) {
    await go(`/${name}`, 'tbody tr');
    await shot(`desk-${name}`);
  }
  await go('/grids', '.leaflet-interactive');
  await shot('desk-map');
  const grid = await page.evaluate(async () => {
    const read = async (route) => (await fetch(`/desk/api/${route}`)).json();
    const walked = (await read('visits?offset=0&limit=1')).rows[0].grid;
    return (await read('areas')).find((area) => area.name === walked).id;
  });
  await go(`/grids/${grid}`, '.leaflet-marker-icon');
  await shot('desk-grid');
  await go(`/grids/${grid}/households`, 'tbody tr');
  await shot('desk-households');
  await page.locator('tbody tr').first().click();
  await page.locator('.el-dialog:visible .person').first().waitFor();
  await shot('desk-household');
  await page.locator('.el-dialog:visible .erase').first().click();
  await page.locator('fieldset:has-text("删除依据")').waitFor();
  await page.locator('label:has-text("保存期限已满")').click();
  await shot('desk-erase');
  await page.keyboard.press('Escape');
  await page.locator('fieldset').waitFor({ state: 'detached' });
  await close();
  await go(`/grids/${grid}/workers`, 'tbody tr');
  await shot('desk-workers');
  await page.locator('tbody tr button:has-text("登记码")').first().click();
  await page.locator('.el-dialog:visible .mono').first().waitFor();
  await shot('desk-enrol');
} finally {
  await browser.close();
  served?.kill('SIGTERM');
  await rm(work, { recursive: true, force: true });
}
