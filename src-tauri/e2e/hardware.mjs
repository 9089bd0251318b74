// What the desktop's simulated hardware plays: a picture for the camera, a walk for the recorder. Both are files, as a
// person would supply them (XUNGE_CAMERA, XUNGE_WALK).
import { png } from './png.mjs';

/** A picture of this size with grain in it, so that it stays some hundred kilobytes and travels in more than one piece. */
export function madePicture(width = 1280, height = 960) {
  let state = 12_345;
  return png(width, height, (x, y) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const grain = state >>> 27;
    const wall = (Math.floor(x / 160) + Math.floor(y / 120)) % 2 === 0 ? 190 : 120;
    return [wall + grain, 90 + (x * 100) / width + grain, 70 + (y * 100) / height + grain];
  });
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
