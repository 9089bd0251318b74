/** What the county in memory answers about places, accounts and ledgers; the rest is in `desk.ts`. */
import type { AccountRow, AreaMap, ImportRow, ImportView, Place } from '@/desk/api';
import { at } from './grid';

const LAT = 290_000_000;
const LON = 1_235_000_000;
const box = (x: number, y: number, w: number, h: number): Place[] => [
  { lat_e7: LAT + y, lon_e7: LON + x },
  { lat_e7: LAT + y, lon_e7: LON + x + w },
  { lat_e7: LAT + y + h, lon_e7: LON + x + w },
  { lat_e7: LAT + y + h, lon_e7: LON + x },
];
export const GRID_RING = box(0, 0, 40_000, 30_000);
export const BUILDINGS = Array.from({ length: 6 }, (_, n) => ({
  name: `${n + 1}幢`,
  number: n + 1,
  lat_e7: LAT + 7000 + 12_000 * Math.floor(n / 3),
  lon_e7: LON + 8000 + 11_000 * (n % 3),
}));
export const SPOT = {
  id: 'in0',
  title: '占用消防通道',
  place_name: '2幢东侧',
  state: 'reported',
  due_ms: Date.now() + 38 * 60_000,
  lat_e7: LAT + 9000,
  lon_e7: LON + 24_000,
};

export function mapOf(id: string, whole: boolean, last: AreaMap['last_patrol']): AreaMap {
  const shape = (name: string, shapeId: string, ring: Place[], kind: string, open: number) => ({
    id: shapeId,
    name,
    kind,
    rings: [ring],
    incidents_open: open,
    last_patrol_ms: at(8, 36),
  });
  const frame = shape(
    '富民三格',
    id,
    whole ? box(-44_000, -34_000, 132_000, 66_000) : GRID_RING,
    whole ? 'community' : 'grid',
    5,
  );
  return {
    shapes: whole
      ? [
          frame,
          shape('富民三格', 'a3', GRID_RING, 'grid', 1),
          shape('富民四格', 'a4', box(44_000, 0, 40_000, 30_000), 'grid', 0),
          shape('富民五格', 'a6', box(-42_000, -32_000, 40_000, 60_000), 'grid', 0),
        ]
      : [frame],
    buildings: BUILDINGS,
    points: [
      { name: '南门岗亭', number: 1, lat_e7: LAT + 1500, lon_e7: LON + 20_000 },
      { name: '配电房', number: 2, lat_e7: LAT + 27_000, lon_e7: LON + 36_000 },
    ],
    incidents: [SPOT],
    incidents_open: 6,
    incidents_unplaced: 2,
    last_patrol: last,
  };
}

const accounts: AccountRow[] = [
  { name: 'admin', role: 'county', area: { id: 'a0', name: '示范县' }, disabled: false, own: true },
  { name: 'fumin', role: 'town', area: { id: 'a1', name: '富民镇' }, disabled: false, own: false },
  { name: 'wenyuan', role: 'town', area: { id: 'a5', name: '文苑街道' }, disabled: true, own: false },
];
const rows: ImportRow[] = [
  ['I 身份证号码', 'warning', 'id_check_digit', '身份证号码的最后一位对不上，没有采用', '请对照证件改正后再导'],
  ['I 身份证号码', 'warning', 'id_check_digit', '身份证号码的最后一位对不上，没有采用', '请对照证件改正后再导'],
  ['K 联系电话', 'warning', 'phone_unreadable', '电话读不出来，没有采用（12）', '请补全电话'],
  ['', 'refused', 'name_missing', '这一行没有姓名，没有导入', '请补上姓名'],
].map(([column, severity, code, what, suggestion], n) => ({
  sheet: '富民三格',
  row: 5 + n * 7,
  column: column!,
  severity: severity!,
  code: code!,
  what: what!,
  suggestion: suggestion!,
}));
let imported: ImportView | null = null;
/** Rows written between two looks. */
const STEP = 130;

function readLedger(area: string, file: string): ImportView {
  const bare = {
    ...{ of: 0, households: 0, people: 0, unplaced_people: 0, warnings: 0, refused: 0, notes: 0 },
    codes: [],
  };
  return {
    id: 'im1',
    file,
    area: { id: area, name: '富民三格' },
    stage: 'read',
    done: 0,
    of: 908,
    households: 299,
    people: 908,
    unplaced_people: 6,
    warnings: 3,
    refused: 1,
    skipped: 0,
    notes: 3,
    codes: [
      { code: 'column_not_read', severity: 'note', what: '这一列不在导入范围内，不读取', rows: 3 },
      { code: 'name_missing', severity: 'refused', what: '这一行没有姓名，没有导入', rows: 1 },
      { code: 'id_check_digit', severity: 'warning', what: '身份证号码的最后一位对不上，没有采用', rows: 2 },
      { code: 'phone_unreadable', severity: 'warning', what: '电话读不出来，没有采用', rows: 1 },
    ],
    written: null,
    // Nothing but a heading.
    ...(file.startsWith('表头') ? bare : {}),
  };
}

function looked(): ImportView | null {
  if (imported?.stage !== 'running') return imported;
  const done = Math.min(imported.of, imported.done + STEP);
  const over = done === imported.of;
  const written = {
    buildings: 6,
    dwellings: 300,
    households: 299,
    households_known: 0,
    people: 908,
    people_known: 0,
    people_elsewhere: 2,
  };
  imported = { ...imported, done, stage: over ? 'done' : 'running', written: over ? written : null };
  return imported;
}

type Answer = [number, unknown];
const NOT_FOUND: Answer = [404, { code: 'not_found', params: {} }];

/** Answers what belongs here; null for everything else. */
export function placesAnswer(
  method: string,
  path: string,
  query: URLSearchParams,
  body: Record<string, unknown>,
  county: boolean,
): Answer | null {
  const [first, second, third] = path.split('/');
  if (first === 'accounts') {
    if (!county) return [403, { code: 'not_allowed', params: {} }];
    if (method === 'GET') return [200, { rows: accounts, total: accounts.length }];
    const name = decodeURIComponent(second ?? String(body.name ?? ''));
    const known = accounts.find((a) => a.name === name);
    if (second === undefined && known) return [409, { code: 'name_taken', params: {} }];
    if (third === 'state' && known) {
      known.disabled = body.disabled === true;
      return [200, known];
    }
    return [200, { name, role: 'town', password: 'k7m2-w9xt-hq4r-pz6c' }];
  }
  if (first === 'imports') {
    if (method === 'POST' && second === undefined) {
      const file = query.get('name') ?? '';
      if (file.endsWith('.xls')) return [422, { code: 'ledger_old_format', params: {} }];
      imported = readLedger(query.get('area') ?? '', file);
      return [200, imported];
    }
    if (second === undefined) return [200, { rows: imported ? [looked()] : [], total: imported ? 1 : 0 }];
    if (!imported) return NOT_FOUND;
    if (third === 'rows') {
      const code = query.get('code');
      const some = imported.of === 0 ? [] : rows.filter((r) => code === null || r.code === code);
      return [200, { rows: some, total: some.length }];
    }
    if (third === 'run') {
      imported = { ...imported, stage: 'running' };
      return [200, imported];
    }
    return [200, looked()];
  }
  return null;
}
