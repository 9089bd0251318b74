/**
 * A county in memory for development and tests of the desk: answers `/desk/api/…` in the page itself. Never in the
 * production bundle. `?login=1` starts without a session.
 */
import type {
  AreaRow,
  AuditRow,
  DeviceRow,
  Incident,
  IncidentRow,
  Page,
  Patrol,
  VisitRow,
  WorkerRow,
} from '@/desk/api';
import { BUILDINGS, GRID_RING, mapOf, placesAnswer, SPOT } from './deskPlaces';
import { at, MARK } from './grid';

const SHA = (n: number) => String(n).padStart(2, '0').repeat(32);
const photo = (n: number, ms: number, complete = true) => ({
  sha256: SHA(n),
  bytes: 384_512,
  received_bytes: complete ? 384_512 : 201_000,
  complete,
  taken_ms: ms,
  time_verified: n % 2 === 0,
  signature_ok: true,
  lat_e7: 374_905_000,
  lon_e7: 1_182_552_000,
  accuracy_dm: 80,
  mock: false,
  width: 1600,
  height: 1200,
});
const HOUR = 3_600_000;

function one(
  n: number,
  title: string,
  grid: string,
  place: string,
  state: string,
  due: number | null,
  department: string | null,
  photos: number,
  may: string[],
  text: string,
): Incident {
  const reported = at(9, 53 - n);
  const steps: Incident['steps'] = [
    {
      verb: 'report',
      by: `网格员 ${n % 2 ? '何军' : '刘敏'}`,
      at_ms: reported,
      received_ms: reported + 105 * 60_000,
      text,
      department: null,
    },
  ];
  if (state !== 'reported')
    steps.push({
      verb: 'accept',
      by: '富民镇网格中心',
      at_ms: reported + 2 * HOUR,
      received_ms: reported + 2 * HOUR,
      text: '',
      department: null,
    });
  if (department)
    steps.push({
      verb: 'dispatch',
      by: '富民镇网格中心',
      at_ms: reported + 2.1 * HOUR,
      received_ms: reported + 2.1 * HOUR,
      text: '',
      department,
    });
  return {
    id: `in${n}`,
    number: ['7F2C', '3A91', '5D07', 'C3E8', 'B440', '91B2', '0E55'][n % 7]!,
    category: 'fire_lane',
    title,
    area: 'a3',
    grid,
    place_name: place,
    text,
    state,
    worker: n % 2 ? '何军' : '刘敏',
    reported_ms: reported,
    received_ms: reported + 105 * 60_000,
    due_ms: due === null ? null : Date.now() + due * 60_000,
    department,
    photos: Array.from({ length: photos }, (_, i) => photo(n * 3 + i, reported - 60_000, i < 2)),
    revision: 1,
    lat_e7: photos ? 374_905_000 : null,
    lon_e7: photos ? 1_182_552_000 : null,
    accuracy_dm: photos ? 80 : null,
    no_fix_reason: photos ? null : 'indoors',
    patrol: n === 0 ? 'r1' : null,
    steps,
    may,
  };
}

const incidents: Incident[] = [
  one(
    0,
    '占用消防通道',
    '富民三格',
    '2幢东侧',
    'reported',
    38,
    null,
    3,
    ['accept', 'return'],
    '四辆电动车堵在东侧通道，物业没人接电话。',
  ),
  one(
    1,
    '井盖松动',
    '文苑一格',
    '文苑路口',
    'dispatched',
    122,
    '市政养护队',
    2,
    ['handle', 'extend', 'transfer', 'return'],
    '踩上去会响。',
  ),
  one(
    2,
    '邻里纠纷 · 漏水',
    '凤凰二格',
    '5幢',
    'dispatched',
    4300,
    '司法所',
    0,
    ['handle', 'extend', 'transfer'],
    '楼上漏水到楼下卧室。',
  ),
  one(3, '独居老人无人应门', '富民三格', '3幢2单元', 'verifying', 300, '社区', 1, ['verify', 'return'], '已联系家属。'),
  one(4, '建筑垃圾', '津城四格', '北门', 'dispatched', 5700, '城管中队', 2, ['handle', 'extend'], ''),
  one(5, '路灯不亮', '富民三格', '2幢北路', 'verified', 900, '电力班组', 1, ['close', 'return'], '第三盏。'),
];

const row = (i: Incident): IncidentRow => ({ ...i, photos: i.photos.length });
const page = <T>(rows: T[]): Page<T> => ({ rows, total: rows.length });

const areas: AreaRow[] = [
  {
    id: 'a0',
    parent: null,
    code: '990101',
    name: '示范县',
    kind: 'county',
    households: 28_659,
    people: 88_213,
    workers: 92,
  },
  {
    id: 'a1',
    parent: 'a0',
    code: '990101001',
    name: '富民镇',
    kind: 'town',
    households: 5400,
    people: 16_900,
    workers: 18,
  },
  {
    id: 'a2',
    parent: 'a1',
    code: '990101001003',
    name: '富民社区',
    kind: 'community',
    households: 1210,
    people: 3720,
    workers: 4,
  },
  {
    id: 'a3',
    parent: 'a2',
    code: '99010100100303',
    name: '富民三格',
    kind: 'grid',
    households: 299,
    people: 908,
    workers: 1,
  },
  {
    id: 'a4',
    parent: 'a2',
    code: '99010100100304',
    name: '富民四格',
    kind: 'grid',
    households: 305,
    people: 931,
    workers: 1,
  },
  {
    id: 'a5',
    parent: 'a0',
    code: '990101002',
    name: '文苑街道',
    kind: 'town',
    households: 4100,
    people: 12_600,
    workers: 14,
  },
];
const workers: WorkerRow[] = [
  {
    id: 'w1',
    name: '刘敏',
    number: '3107',
    role: 'full_time',
    grids: [{ id: 'a3', name: '富民三格' }],
    last_contact_ms: Date.now() - 480_000,
    devices: 1,
  },
  {
    id: 'w2',
    name: '何军',
    number: '3112',
    role: 'part_time',
    grids: [{ id: 'a4', name: '富民四格' }],
    last_contact_ms: at(18, 2, 9),
    devices: 1,
  },
  {
    id: 'w3',
    name: '沈丽',
    number: '3120',
    role: 'grid_head',
    grids: [{ id: 'a2', name: '富民社区' }],
    last_contact_ms: null,
    devices: 0,
  },
];
const devices: DeviceRow[] = [
  {
    id: 'd1',
    worker: '刘敏',
    worker_number: '3107',
    grid: '富民三格',
    enrolled_ms: at(9, 0, 20),
    last_contact_ms: Date.now() - 480_000,
    app_version: '0.1.0',
    waiting: 3,
    clock_off_ms: 12_000,
    state: 'active',
    odd: [],
  },
  {
    id: 'd2',
    worker: '何军',
    worker_number: '3112',
    grid: '富民四格',
    enrolled_ms: at(9, 0, 40),
    last_contact_ms: at(18, 2, 9),
    app_version: '0.1.0',
    waiting: null,
    clock_off_ms: -7_260_000,
    state: 'active',
    odd: ['clock_off', 'silent'],
  },
  {
    id: 'd3',
    worker: '沈丽',
    worker_number: '3120',
    grid: '富民社区',
    enrolled_ms: at(9, 0, 80),
    last_contact_ms: at(8, 0, 60),
    app_version: '0.1.0',
    waiting: 0,
    clock_off_ms: 0,
    state: 'revoked',
    odd: [],
  },
];
const patrols: Patrol[] = [0, 1, 2].map((n) => ({
  id: `r${n}`,
  area: 'a3',
  grid: n ? '富民四格' : '富民三格',
  worker: n ? '何军' : '刘敏',
  slot: n === 1 ? 'afternoon' : 'morning',
  started_ms: at(8, 36, n),
  ended_ms: at(9, 40, n),
  length_m: 2840 - n * 700,
  seconds: 3480,
  points: 7,
  reached: 7 - n,
  gaps: n,
  gap_seconds: n * 130,
  incidents: n,
  points_list: Array.from({ length: 7 }, (_, i) => ({
    id: `p${i}`,
    number: i + 1,
    name: ['南门岗亭', '1幢西侧通道', '2幢北路', '配电房', '东门消防通道', '垃圾房', '车棚充电桩'][i]!,
    lat_e7: 290_000_000 + [1500, 8000, 15_000, 27_000, 14_000, 26_000, 3000][i]!,
    lon_e7: 1_235_000_000 + [20_000, 3000, 19_000, 36_000, 38_500, 12_000, 34_000][i]!,
    reached_ms: i < 7 - n ? at(8, 40 + i * 5, n) : null,
    by: i === 2 ? 'hand' : 'track',
  })),
  gaps_list: n ? [{ from_ms: at(9, 2, n), to_ms: at(9, 2, n) + 130_000 }] : [],
  incidents_list: n === 1 ? [SPOT] : [],
  buildings: BUILDINGS,
  outline: GRID_RING,
  coverage_permille: 820 - n * 90,
}));
const visits: VisitRow[] = ['nothing_changed', 'changed', 'nobody_home', 'declined'].map((outcome, n) => ({
  id: `v${n}`,
  household: `h${n}`,
  door: `2幢1单元 ${601 - n * 100}`,
  grid: '富民三格',
  worker: '刘敏',
  at_ms: at(9, 2 + n),
  received_ms: at(11, 38),
  outcome,
  note: n === 2 ? '邻居说周末才回来' : '',
  duties: n === 0 ? 1 : 0,
}));
const audit: AuditRow[] = [
  { at_ms: at(11, 41), who: '富民镇网格中心', what: 'incident_step', subject: '7F2C', reason: '', ok: true },
  { at_ms: at(10, 12), who: '富民镇网格中心', what: 'open_person', subject: '孔**', reason: 'care_duty', ok: true },
  { at_ms: at(8, 1), who: 'unknown', what: 'login_failed', subject: '', reason: '', ok: false },
];

const NEXT: Record<string, [string, string[]]> = {
  accept: ['accepted', ['dispatch', 'return']],
  dispatch: ['dispatched', ['handle', 'extend', 'transfer']],
  handle: ['verifying', ['verify', 'return']],
  verify: ['verified', ['close', 'return']],
  close: ['closed', []],
  return: ['returned', []],
  transfer: ['dispatched', ['handle', 'extend']],
  extend: ['dispatched', ['handle', 'transfer']],
};

function answer(
  method: string,
  path: string,
  query: URLSearchParams,
  body: Record<string, unknown>,
): [number, unknown] {
  const [first, second, third] = path.split('/');
  const county = new URLSearchParams(window.location.search).has('centre');
  const account = {
    name: county ? '县网格中心' : '富民镇网格中心',
    role: county ? 'county' : 'town',
    area: county ? { id: 'a0', name: '示范县' } : { id: 'a1', name: '富民镇' },
    county: '示范县',
    csrf: MARK,
  };
  if (path === 'me')
    return query.has('none') || new URLSearchParams(window.location.search).has('login')
      ? [401, { code: 'no_session', params: {} }]
      : [200, account];
  if (path === 'login') return body.password === 'wrong' ? [401, { code: 'bad_login', params: {} }] : [200, account];
  if (path === 'logout') return [204, null];
  if (path === 'counts') return [200, { incidents_new: 7, incidents_open: 23, devices_odd: 1 }];
  if (path === 'categories') return [200, []];
  if (path === 'departments')
    return [
      200,
      [
        { code: 'shizheng', name: '市政养护队' },
        { code: 'wuye', name: '物业' },
        { code: 'xiaofang', name: '消防所' },
      ],
    ];
  const elsewhere = placesAnswer(method, path, query, body, county);
  if (elsewhere) return elsewhere;
  if (path === 'areas' && method === 'POST') {
    const line = { ...body, id: `a${areas.length + 10}`, households: 0, people: 0, workers: 0 } as AreaRow;
    areas.push(line);
    return [200, line];
  }
  if (path === 'areas') return [200, areas];
  if (first === 'areas' && third === 'map') {
    const grid = areas.find((a) => a.id === second)?.kind === 'grid';
    return [200, mapOf(second!, !grid, patrols[0]!)];
  }
  if (first === 'areas' && third === 'rename') {
    const line = areas.find((a) => a.id === second)!;
    line.name = String(body.name);
    return [200, line];
  }
  if (path === 'incidents') {
    const filter = query.get('filter') ?? 'open';
    return [
      200,
      page(incidents.filter((i) => filter === 'all' || (filter === 'closed') === (i.state === 'closed')).map(row)),
    ];
  }
  if (first === 'incidents') {
    const i = incidents.find((x) => x.id === second);
    if (!i) return [404, { code: 'not_found', params: {} }];
    if (!third) return [200, i];
    if (third === 'close' && !body.text) return [422, { code: 'answer_needed', params: {} }];
    [i.state, i.may] = NEXT[third] ?? [i.state, i.may];
    i.revision++;
    const now = Date.now();
    i.steps.push({
      verb: third,
      by: account.name,
      at_ms: now,
      received_ms: now,
      text: String(body.text ?? ''),
      department: (body.department as string | null) ?? null,
    });
    return [200, i];
  }
  if (path === 'patrols') return [200, page(patrols)];
  if (first === 'patrols') return [200, patrols.find((p) => p.id === second)];
  if (path === 'visits') return [200, page(visits)];
  if (path === 'review')
    return [
      200,
      page([
        {
          id: 'p4:5',
          kind: 'person',
          household: 'h2-502',
          door: '2幢2单元 502',
          subject: '魏**',
          field: 'phone',
          grid: '富民三格',
          both: true,
          third: { kind: 'phone', group: '', codes: [] },
          sides: [
            {
              ...{ op: '41:41', by: '刘敏', at_ms: at(9, 20), deletes: false, provisional: true },
              parts: [{ field: 'phone', group: '', value: '142****2207' }],
            },
            {
              ...{ op: '43:9', by: 'full_time', at_ms: at(8, 5), deletes: false, provisional: false },
              parts: [{ field: 'phone', group: '', value: '142****8841' }],
            },
          ],
        },
      ]),
    ];
  if (first === 'areas')
    return [
      200,
      page(
        Array.from({ length: 12 }, (_, n) => ({
          id: `h${n}`,
          door: `${1 + (n % 3)}幢1单元 ${101 + n}`,
          occupancy: n % 3 ? 'owner' : 'tenant',
          people: 1 + (n % 4),
          head: ['孔**', '胡**', '曹**'][n % 3],
          last_visit_ms: n % 2 ? at(9, n) : null,
          conflicts: n === 4 ? 1 : 0,
        })),
      ),
    ];
  if (first === 'households')
    return [
      200,
      {
        id: second,
        door: '2幢1单元 301',
        grid: '富民三格',
        occupancy: 'owner',
        note: '门铃坏了，请敲门',
        phone: '142****0146',
        people: [
          {
            id: 'p1',
            name: '孔**',
            relation: 'head',
            sex: 'female',
            age: 84,
            citizen_id: '990101********1000',
            phone: '142****0000',
            residence: 'registered',
            conflicts: 0,
          },
          {
            id: 'p2',
            name: '胡**',
            relation: 'son',
            sex: 'male',
            age: 56,
            citizen_id: 'declined',
            phone: null,
            residence: 'floating',
            conflicts: 0,
          },
        ],
        visits: [{ id: 'v1', at_ms: at(9, 18), outcome: 'nothing_changed', note: '老人身体还好', by: '刘敏' }],
        history: [
          { at_ms: at(16, 3, 60) + 40, by: '县级中心', kind: 'residence', fields: ['kind'] },
          { at_ms: at(16, 3, 60) + 30, by: '县级中心', kind: 'person', fields: ['name', 'phone'] },
          { at_ms: at(16, 3, 60) + 20, by: '县级中心', kind: 'person', fields: ['name', 'relation'] },
          { at_ms: at(16, 3, 60), by: '县级中心', kind: 'household', fields: ['occupancy_kind'] },
        ],
      },
    ];
  if (first === 'people')
    return [
      200,
      {
        id: second,
        fields: {
          name: '孔令芳',
          citizen_id: '990101194201101000',
          birth: '1942-01-10',
          sex: 'female',
          phone: '14200010000',
          relation: 'head',
          residence: 'registered',
          note: '耳背，请大声敲门',
        },
        until_ms: Date.now() + 30_000,
        left_this_hour: 29,
      },
    ];
  if (path === 'workers' && method === 'POST') {
    const grid = areas.find((a) => a.id === body.area)!;
    const line = { id: 'w9', number: '303001', ...body, grids: [grid], last_contact_ms: null, devices: 0 };
    return [200, line];
  }
  if (path === 'workers') return [200, page(workers)];
  if (first === 'workers' && third !== 'enrol-code') {
    const w = workers.find((x) => x.id === second)!;
    const grid = areas.find((a) => a.id === body.area)!;
    w.grids = third === 'grant' ? [...w.grids, grid] : w.grids.filter((g) => g.id !== body.area);
    return [200, { ...w }];
  }
  if (first === 'workers' || (first === 'devices' && path.endsWith('/reopen-code'))) {
    const hours = (body.hours as number | null | undefined) ?? 0;
    return [
      200,
      {
        code: '7K3M-9QXT-4HBR-T6W2-ZC5D',
        address: '192.168.1.20:8443',
        qr: 'xunge:192.168.1.20:8443/7K3M9QXT/0f6b4f0f6b4f0f6b4f0f6b4f0f6b4f0f6b4f0f6b4f0f6b4f0f6b4f0f6b4f0f6b',
        expires_ms: Date.now() + (hours ? hours * HOUR : 600_000),
      },
    ];
  }
  if (path === 'devices') return [200, page(devices)];
  if (first === 'devices') {
    const d = devices.find((x) => x.id === second)!;
    d.state = 'revoked';
    return [200, d];
  }
  if (path === 'audit') return [200, page(audit)];
  return [404, { code: 'not_found', params: { method } }];
}

export function answerLocally(): void {
  window.fetch = async (input, init) => {
    const url = new URL(String(input), window.location.href);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const text = typeof init?.body === 'string' ? init.body : '';
    const body = text ? (JSON.parse(text) as Record<string, unknown>) : {};
    const [status, value] = answer(
      init?.method ?? 'GET',
      url.pathname.replace('/desk/api/', ''),
      url.searchParams,
      body,
    );
    return new Response(status === 204 ? null : JSON.stringify(value), {
      status,
      headers: { 'content-type': 'application/json' },
    });
  };
}
