// What the desktop's simulated hardware plays: a picture for the camera, a walk for the recorder. Both are files, as a
// person would supply them (XUNGE_CAMERA, XUNGE_WALK).
import { crc32, deflateSync } from 'node:zlib';

/** A PNG of this size with grain in it, so that it stays some hundred kilobytes and travels in more than one piece. */
export function madePicture(width = 1280, height = 960) {
  const rows = Buffer.alloc(height * (1 + width * 3));
  let state = 12_345;
  for (let y = 0, at = 0; y < height; y++) {
    at++; // Each row begins with its filter, 0: none.
    for (let x = 0; x < width; x++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const grain = state >>> 27;
      const wall = (Math.floor(x / 160) + Math.floor(y / 120)) % 2 === 0 ? 190 : 120;
      rows[at++] = wall + grain;
      rows[at++] = 90 + (x * 100) / width + grain;
      rows[at++] = 70 + (y * 100) / height + grain;
    }
  }
  const chunk = (kind, body) => {
    const named = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8); // eight bits, red green blue
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The demo county lies in the open sea; this is its third grid's eastern inspection point, 东门消防通道. */
export const GATE = { name: '东门消防通道', lat: 29.00054, lon: 123.5072615 };

/** A GPX file: from 9 m south of the gate northwards, three metres from fix to fix. */
export function madeWalk(fixes = 120) {
  const METRE_NORTH = 0.000009;
  const points = Array.from({ length: fixes }, (_, n) => {
    const lat = (GATE.lat + (n - 3) * 3 * METRE_NORTH).toFixed(7);
    const time = new Date(Date.UTC(2026, 2, 2, 8, 0, n)).toISOString();
    return `<trkpt lat="${lat}" lon="${GATE.lon}"><time>${time}</time></trkpt>`;
  });
  const gpx = '<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">';
  return `<?xml version="1.0"?>${gpx}<trk><trkseg>${points.join('')}</trkseg></trk></gpx>`;
}
