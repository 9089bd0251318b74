// Failures on a page that is to be a picture: a note of one, or the words for a fault of the program itself. A page that
// shows one where none belongs is no picture of the app; a picture of a failure must show it.
import { readFile } from 'node:fs/promises';

const FAULTS = ['internal', 'unknown', 'bad_arguments', 'unknown_command', 'core_unreachable'];
const files = ['zh-CN', 'en', 'desk.zh-CN', 'desk.en'];
const words = [];
for (const file of files) {
  const { errors } = JSON.parse(await readFile(new URL(`../src/locales/${file}.json`, import.meta.url), 'utf8'));
  // Up to the first hole: what follows it differs from time to time.
  for (const code of FAULTS) if (errors[code]) words.push(errors[code].what.split('{')[0]);
}

/** A sentence per mishap that the shot does not ask for; one more when it asks for a failure and there is none. */
export async function mishaps(page, shot) {
  const found = await page.evaluate((sentences) => {
    const notes = [...document.querySelectorAll('.note[role=alert], p.touch[role=alert], .alert[role=alert]')];
    const shown = notes.filter((node) => node.getClientRects().length > 0).map((node) => node.innerText.trim());
    const text = document.body.innerText;
    return { shown, faults: sentences.filter((one) => text.includes(one)) };
  }, words);
  const tell = found.faults.map((fault) => `a fault of the program is told: ${fault}`);
  if (!shot.fails) return [...tell, ...found.shown.map((note) => `a failure is told: ${note.replace(/\s+/g, ' ')}`)];
  return found.shown.length > 0 ? tell : [...tell, 'no failure is told, and this is its picture'];
}
