// What must be true of ui/dist before anyone embeds it: no test data in it, nothing that evaluates text, no script
// inside a page, no address of anyone else, and a first script of the phone of at most 150 KB gzipped.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 150_000;
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const names = (await readdir(dist, { recursive: true })).filter((n) => /\.(html|js|css)$/.test(n));
const files = new Map(await Promise.all(names.map(async (n) => [n, await readFile(join(dist, n), 'utf8')])));
const faults = [];

for (const [name, text] of files) {
  if (text.includes('xunge-testing-data')) faults.push(`${name}: test data`);
  if (name.endsWith('.js') && /\bnew Function\b|[^.\w]eval\(/.test(text)) faults.push(`${name}: evaluates text`);
  if (name.endsWith('.html')) {
    if (/<script(?![^>]*\bsrc=)[^>]*>/.test(text)) faults.push(`${name}: script inside the page`);
    for (const [, url] of text.matchAll(/(?:src|href)="([^"]+)"/g))
      if (/^(https?:)?\/\//.test(url)) faults.push(`${name}: asks ${url}`);
  }
  if (name.endsWith('.css'))
    for (const [, url] of text.matchAll(/url\((["']?(?:https?:)?\/\/[^)]+)\)/g)) faults.push(`${name}: asks ${url}`);
}

/** The entry with everything it imports before the first page. */
function first(page) {
  const entries = [...files.get(page).matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, n]) => n);
  const seen = new Set();
  const walk = (name) => {
    if (seen.has(name) || !files.has(name)) return;
    seen.add(name);
    for (const [, next] of files.get(name).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
      walk(`assets/${next}`);
  };
  entries.forEach(walk);
  return [...seen].reduce((n, name) => n + gzipSync(files.get(name)).length, 0);
}

const size = first('index.html');
console.log(
  `phone: first script ${Math.round(size / 100) / 10} KB gzipped (limit ${LIMIT / 1000}); desk: ${Math.round(first('desk.html') / 100) / 10} KB`,
);
if (size > LIMIT) faults.push(`index.html: the first script is ${size} bytes gzipped`);
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
