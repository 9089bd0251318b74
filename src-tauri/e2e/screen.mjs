// Pictures of the screen that nobody sees. Xvfb keeps it in a file (`-fbdir`, named by XUNGE_SCREEN), in the format of
// `xwd`; WebKitWebDriver's own pictures wait for ever on a machine without a graphics card.
import { readFileSync, writeFileSync } from 'node:fs';
import { png } from './png.mjs';

/** Writes what the screen shows now to `path`, as PNG. */
export function picture(path) {
  const file = readFileSync(process.env.XUNGE_SCREEN);
  const head = (field) => file.readUInt32BE(field * 4);
  const [size, version, width, height, lsbFirst, bits, line, colours] = [0, 1, 4, 5, 7, 11, 12, 19].map(head);
  if (version !== 7 || lsbFirst !== 0 || bits !== 32)
    throw new Error(`not a screen we can read: ${[version, lsbFirst, bits]}`);
  const pixels = file.subarray(size + colours * 12);
  const rgb = (x, y) => {
    const at = y * line + x * 4;
    return [pixels[at + 2], pixels[at + 1], pixels[at]];
  };
  writeFileSync(path, png(width, height, rgb));
}
