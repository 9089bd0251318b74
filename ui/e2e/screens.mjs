// Walks every screen with the memory carrier and checks each with axe (0 serious findings) and with measure.mjs (sizes,
// targets, nothing cut off); no failure told where none belongs, no message in the console, no request to anyone else. Pictures go to the folder named by SCREENS (default: e2e/out).
//   SCREENS=folder  ONLY=regexp  SCENES=normal,big,dark,en,big-en,big-dark,biggest,biggest-en (or all; normal,big when not given)  npm run e2e:full
// With --few: the flows and the screens of an ordinary day, normal and big, for every run of the tests.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DESK, launch, NOON, PHONE } from './browser.mjs';
import { flows } from './flows.mjs';
import { measure, measureDesk } from './measure.mjs';
import { mishaps } from './mishap.mjs';
import { deskShots, phoneShots } from './shots.mjs';
import { serveTesting } from './serve.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const out = process.env.SCREENS ?? fileURLToPath(new URL('out', import.meta.url));
const only = process.env.ONLY ? new RegExp(process.env.ONLY) : null;
const SCENES = {
  normal: '',
  big: 'big=1',
  dark: 'theme=dark',
  en: 'lang=en',
  'big-en': 'big=1&lang=en',
  'big-dark': 'big=1&theme=dark',
  biggest: 'big=3',
  'biggest-en': 'big=3&lang=en',
};
const few = process.argv.includes('--few');
const asked = process.env.SCENES ?? 'normal,big';
const wanted = asked === 'all' ? Object.keys(SCENES) : asked.split(',');

const GREY =
  '<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="#6d7c76"/><path d="M0 470 200 380 420 450 800 330V600H0z" fill="#3f4a45"/></svg>';

await mkdir(out, { recursive: true });
const site = await serveTesting();
const browser = await launch();
const faults = [];
let pictures = 0;

async function shoot(kind, options, scene, query, shot) {
  const name = `${kind}-${shot.name}-${scene}`;
  if (only && !only.test(name)) return;
  if (few && !shot.daily) return;
  if (shot.only && !scene.startsWith(shot.only)) return;
  const context = await browser.newContext({ ...options, bypassCSP: true });
  await context.clock.setFixedTime(NOON);
  const page = await context.newPage();
  const note = (what) => faults.push(`${name}: ${what}`);
  page.on('pageerror', (error) => note(`error ${error.message}`));
  page.on('console', (line) => ['error', 'warning'].includes(line.type()) && note(`console ${line.text()}`));
  // The desk's photos have no county to come from here: one grey picture for all.
  await page.route('**/desk/api/photos/**', (call) => call.fulfill({ contentType: 'image/svg+xml', body: GREY }));
  page.on(
    'request',
    (request) =>
      /^(data:|blob:)/.test(request.url()) ||
      request.url().startsWith(site.base) ||
      note(`request to ${request.url()}`),
  );
  try {
    const file = kind === 'desk' ? 'desk.html' : 'index.html';
    await page.goto(`${site.base}/${file}?${[query, shot.query].filter(Boolean).join('&')}#${shot.path}`);
    await page.waitForLoadState('networkidle');
    page.setDefaultTimeout(5000);
    if (shot.act) await shot.act(page);
    await page.waitForTimeout(shot.wait ?? 350);
    if (shot.full) {
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width: options.viewport.width, height });
      await page.waitForTimeout(150);
    }
    await page.screenshot({ path: join(out, `${name}.png`) });
    pictures++;
    (await mishaps(page, shot)).forEach(note);
    if (kind === 'phone') {
      const big = await page.evaluate(() => document.documentElement.hasAttribute('data-big'));
      (await page.evaluate(measure, { width: options.viewport.width, big })).forEach(note);
    } else {
      (await page.evaluate(measureDesk, { width: options.viewport.width })).forEach(note);
    }
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
      window.axe.run({ exclude: ['.water'] }, { resultTypes: ['violations'] }),
    );
    for (const v of violations.filter((v) => ['serious', 'critical'].includes(v.impact)))
      note(
        `axe ${v.id} (${v.impact}) ${v.nodes
          .slice(0, 3)
          .map((n) => n.target.join(' ') + (n.any[0]?.data?.contrastRatio ? ` ${n.any[0].data.contrastRatio}` : ''))
          .join(' ; ')}`,
      );
  } catch (error) {
    note(`stopped: ${error.message.split('\n')[0]}`);
    await page.screenshot({ path: join(out, `${name}-stopped.png`) }).catch(() => undefined);
  } finally {
    await context.close();
  }
}

// First the days a person could follow: what the screens do, not only how they look.
let walked = 0;
for (const flow of only ? flows.filter((f) => only.test(f.name)) : flows) {
  const context = await browser.newContext({ ...(flow.desk ? DESK : PHONE) });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.on('pageerror', (error) => faults.push(`${flow.name}: error ${error.message}`));
  page.on(
    'console',
    (line) => /Content Security Policy/.test(line.text()) && faults.push(`${flow.name}: ${line.text()}`),
  );
  try {
    await page.goto(`${site.base}/${flow.desk ? 'desk.html' : 'index.html'}?${flow.query ?? ''}#${flow.path ?? '/'}`);
    await flow.run(page);
    walked++;
  } catch (error) {
    faults.push(`${flow.name}: ${error.message.split('\n').slice(0, 3).join(' ')}`);
    await page.screenshot({ path: join(out, `flow-${flow.name}.png`) }).catch(() => undefined);
  }
  await context.close();
}

for (const [scene, query] of Object.entries(SCENES)) {
  if (!wanted.includes(scene)) continue;
  for (const shot of phoneShots) await shoot('phone', PHONE, scene, query, shot);
}
if (wanted.includes('normal')) for (const shot of deskShots) await shoot('desk', DESK, 'normal', '', shot);
if (wanted.includes('en')) for (const shot of deskShots) await shoot('desk', DESK, 'en', 'lang=en', shot);

await browser.close();
await site.close();
for (const fault of faults) console.error(fault);
console.log(`screens: ${walked} flows walked, ${pictures} pictures in ${out}`);
console.log(`${walked + pictures} passed, ${faults.length} failed`);
process.exit(faults.length > 0 ? 1 : 0);
