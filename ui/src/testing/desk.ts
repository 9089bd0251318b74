/**
 * A county in memory for development and tests of the desk: answers `/desk/api/…` in the page itself. Never in the
 * production bundle. `?login=1` starts without a session.
 */
import { duplicates } from './duplicates';
import type { AreaRow } from '@/desk/api';
import { mapOf, placesAnswer } from './deskPlaces';
import { incidents, row, page, areas, workers, devices, patrols, visits, audit, HOUR } from './deskRows';
import { at, MARK } from './grid';
import { unplacedAtDesk } from './unplaced';

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

/** A field with two values. */
const IN_DISPUTE = {
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
};
/** Whether the one field with two values is decided. */
let settled = false;
const PEOPLE = [
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
];
/** Persons who were erased by law. */
const erased = new Set<string>();
let meanwhile = false;

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
  if (path === 'counts') {
    const duplicates_open = duplicates.filter((one) => one.state === 'open').length;
    const open = { incidents_open: 23, duplicates_open, review_open: settled ? 0 : 1 };
    return [200, { incidents_new: 7, devices_odd: 1, ...open }];
  }
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
    const last = patrols.find((p) => p.area === second) ?? patrols.find((p) => p.id === 'r0')!;
    return [200, mapOf(second!, !grid, last)];
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
  if (path === 'review') return [200, page(settled ? [] : [IN_DISPUTE])];
  if (path === 'duplicates') return [200, page(duplicates)];
  if (first === 'areas' && third === 'contacts')
    return [
      200,
      method === 'POST'
        ? body
        : {
            desk_phone: '14200001010',
            complaint_phone: '14200001011',
            basis: '示范县网格服务登记事项目录（虚构）第 1 项',
          },
    ];
  if (first === 'duplicates') {
    const pair = duplicates.find((one) => one.id === second)!;
    Object.assign(pair, { state: body.decision, decided_by: account.name, decided_ms: Date.now() });
    return [200, pair];
  }
  if (first === 'review' && third) {
    settled = third === 'resolve';
    return [200, { undo: settled ? '0:1' : null }];
  }
  if (third === 'unplaced') return [200, page(unplacedAtDesk())];
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
        people: PEOPLE.filter((person) => !erased.has(person.id)),
        visits: [{ id: 'v1', at_ms: at(9, 18), outcome: 'nothing_changed', note: '老人身体还好', by: '刘敏' }],
        history: [
          { at_ms: at(16, 3, 60) + 40, by: 'county', how: 'began', kind: 'residence', fields: ['kind'] },
          { at_ms: at(16, 3, 60) + 30, by: 'county', how: 'began', kind: 'person', fields: ['name', 'phone'] },
          { at_ms: at(16, 3, 60) + 20, by: 'county', how: 'began', kind: 'person', fields: ['name', 'relation'] },
          { at_ms: at(16, 3, 60), by: 'county', how: 'began', kind: 'household', fields: ['occupancy_kind'] },
        ],
      },
    ];
  if (first === 'people' && third === 'erase' && method === 'GET') {
    const one = PEOPLE.find((person) => person.id === second) ?? PEOPLE[0]!;
    // One of them is on record twice.
    const twice = { ...one, id: `${one.id}-2`, relation: '', phone: '142****2207' };
    return [200, { people: one.id === 'p2' ? [one, twice] : [one] }];
  }
  if (first === 'people' && third === 'erase') {
    // Somebody put another record to these while the page was read.
    if (new URLSearchParams(window.location.search).has('meanwhile') && !meanwhile) {
      meanwhile = true;
      return [409, { code: 'changed_meanwhile', params: {} }];
    }
    erased.add(second!);
    return [200, { records: 2, operations: 5, pictures: 0 }];
  }
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
