/** A round of the fictional grid, with a gap of two minutes that stays a gap. */
import type { PatrolView, Place } from '@/api';

const LAT = 374_905_000;
const LON = 1_182_552_000;
/** A place from a drawing of 360 × 430. */
const xy = (x: number, y: number, accuracy: number | null = 60): Place => ({
  lat_e7: LAT - y * 48,
  lon_e7: LON + x * 60,
  accuracy_dm: accuracy,
});

const NAMES = ['南门岗亭', '1幢西侧通道', '2幢北路', '配电房', '东门消防通道', '垃圾房', '车棚充电桩'];
const SPOTS: Array<[number, number]> = [
  [48, 300],
  [47, 150],
  [110, 54],
  [240, 255],
  [300, 110],
  [230, 372],
  [120, 380],
];

export function patrolView(state: 'walking' | 'paused' | 'done', started: number): PatrolView {
  return {
    id: 'r1',
    slot: 'morning',
    state,
    started_ms: started,
    ended_ms: state === 'done' ? Date.now() : null,
    length_m: 1840,
    seconds: 42 * 60 + 11,
    silent_s: state === 'walking' ? 4 : null,
    points: NAMES.map((name, n) => ({
      id: `ip${n + 1}`,
      number: n + 1,
      name,
      purpose: n === 4 ? '看通道有没有堵、灭火器在不在' : '看有没有异常',
      place: xy(...SPOTS[n]!, null),
      reached_ms: n < 4 ? started + (n + 1) * 480_000 : null,
      by: n < 4 ? (n === 2 ? 'hand' : 'track') : null,
    })),
    track: [
      [
        [48, 372],
        [50, 300],
        [47, 240],
        [48, 178],
        [46, 100],
        [60, 56],
        [100, 54],
        [150, 55],
        [157, 90],
        [160, 176],
      ].map(([x, y]) => xy(x!, y!)),
      [
        [163, 236],
        [180, 256],
        [240, 255],
        [292, 252],
      ].map(([x, y]) => xy(x!, y!)),
    ],
    gaps: [{ from_ms: started + 1_200_000, to_ms: started + 1_330_000 }],
    timed: true,
    here: xy(292, 252, 60),
    outline: [
      [36, 44],
      [310, 44],
      [310, 250],
      [286, 386],
      [44, 386],
    ].map(([x, y]) => xy(x!, y!, null)),
    buildings: [
      [95, 87, '1幢'],
      [95, 147, '2幢'],
      [95, 207, '3幢'],
      [233, 87, '4幢'],
      [233, 147, '5幢'],
      [233, 207, '6幢'],
      [165, 315, '7幢'],
    ].map(([x, y, name]) => ({
      name: String(name),
      place: xy(Number(x), Number(y), null),
    })),
    incidents: 1,
    standing: 'on_phone',
  };
}
