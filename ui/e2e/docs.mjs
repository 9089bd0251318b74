// The pictures of the guide: every phone screen in its normal look, in big type and at night, those of a day in English too, written to
// docs/screens as WebP; and the four beside each other on the first page of the repository. The list of screens is shots.mjs.
//   ONLY=regexp  npm run shots
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, NOON, PHONE } from './browser.mjs';
import { mishaps } from './mishap.mjs';
import { phoneShots } from './shots.mjs';
import { serveTesting } from './serve.mjs';

const OUT = fileURLToPath(new URL('../../docs/screens', import.meta.url));
const SCENES = { normal: '', big: 'big=1', dark: 'theme=dark', en: 'lang=en' };
/** The screens of a day, for who does not read Chinese. */
const ENGLISH = /^(11-today|12-households|20-|41-|52-|60-|62-|70-|72b-)/;
const OVERVIEW = ['11-today-full', '12-households', '20-household', '41-patrol'];
const LIMIT_BYTES = 7e6;
const only = process.env.ONLY ? new RegExp(process.env.ONLY) : null;

await mkdir(OUT, { recursive: true });
// What no screen makes any more would be a picture of what was.
// Those of the desk and of two phones together are made by the walks against the real county (PICTURES) and stay.
if (!only) for (const name of await readdir(OUT)) if (/^\d.*\.webp$/.test(name)) await rm(join(OUT, name));
const site = await serveTesting({ minify: true });
const browser = await launch();
const overview = new Map();
const faults = [];

async function picture(page, name, options) {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', options);
  await session.detach();
  const bytes = Buffer.from(data, 'base64');
  if (name) await writeFile(join(OUT, name), bytes);
  return data;
}

async function shoot(scene, query, shot) {
  const name = `${shot.name}-${scene}.webp`;
  if ((only && !only.test(name)) || (scene === 'en' && !ENGLISH.test(shot.name))) return;
  if (shot.only && !scene.startsWith(shot.only)) return;
  const context = await browser.newContext({ ...PHONE, deviceScaleFactor: 1.5, bypassCSP: true });
  await context.clock.setFixedTime(NOON);
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  try {
    await page.goto(`${site.base}/index.html?${[query, shot.query].filter(Boolean).join('&')}#${shot.path}`);
    await page.waitForLoadState('networkidle');
    // As under a thumb: no ring round what was pressed.
    await page.evaluate(() => document.documentElement.setAttribute('data-touch', ''));
    if (shot.act) await shot.act(page);
    await page.waitForTimeout(shot.wait ?? 450);
    for (const mishap of await mishaps(page, shot)) faults.push(`${name}: ${mishap}`);
    if (scene === 'normal' && OVERVIEW.includes(shot.name))
      overview.set(shot.name, await picture(page, null, { format: 'png' }));
    if (shot.full) {
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width: PHONE.viewport.width, height });
      await page.waitForTimeout(150);
    }
    await picture(page, name, { format: 'webp', quality: 70 });
  } catch (error) {
    faults.push(`${name}: ${error.message.split('\n')[0]}`);
  } finally {
    await context.close();
  }
}

const all = Object.entries(SCENES).flatMap(([scene, query]) => phoneShots.map((shot) => [scene, query, shot]));
const work = async () => {
  for (let next = all.shift(); next; next = all.shift()) await shoot(...next);
};
await Promise.all([work(), work()]);

if (overview.size === OVERVIEW.length) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 560 }, deviceScaleFactor: 1 });
  const images = OVERVIEW.map((name) => `<img src="data:image/png;base64,${overview.get(name)}">`).join('');
  await page.setContent(
    `<style>body{margin:0;display:flex;justify-content:space-around;align-items:center;height:560px;background:#dcdad2}
     img{width:256px;border-radius:20px;box-shadow:0 8px 24px rgba(0,0,0,.16)}</style>${images}`,
  );
  await page.waitForTimeout(300);
  await picture(page, 'overview.png', { format: 'png' });
}
await browser.close();
await site.close();

let bytes = 0;
const files = await readdir(OUT);
for (const name of files) bytes += (await stat(join(OUT, name))).size;
if (bytes > LIMIT_BYTES) faults.push(`docs/screens has ${bytes} bytes, limit ${LIMIT_BYTES}`);
for (const fault of faults) console.error(fault);
console.log(`shots: ${files.length} pictures, ${(bytes / 1e6).toFixed(1)} MB in docs/screens, ${faults.length} failed`);
process.exit(faults.length > 0 ? 1 : 0);
