/** A small fictional grid: six buildings, one of them drawn door by door. Ids use area code 990101, which no place has. */
import type {
  BuildingLine,
  BuildingView,
  DoorView,
  FoldedView,
  DutyView,
  FormerHome,
  FormerLine,
  HomeSourceView,
  HouseholdView,
  PersonFields,
  PersonLine,
} from '@/api';

export const MARK = 'xunge-testing-data';
const DAY = 86_400_000;
const NAMES = [
  '孔令芳',
  '胡志远',
  '曹慧敏',
  '严立春',
  '华秀英',
  '金建国',
  '魏小燕',
  '陶德明',
  '姜晓梅',
  '戚文博',
  '谢玉兰',
  '邹海波',
];

export interface Door {
  id: string;
  building: string;
  unit: string;
  floor: number;
  door: string;
  people: Array<PersonFields & { id: string }>;
  state: string;
  toCheck: number;
  visited: number | null;
  view: HouseholdView | null;
}

export const at = (hour: number, minute: number, daysAgo = 0) =>
  new Date().setHours(hour, minute, 0, 0) - daysAgo * DAY;
export const isoDay = (ms: number) => {
  const d = new Date(ms);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`;
};

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
export const checkDigit = (first17: string) =>
  '10X98765432'[[...first17].reduce((n, c, i) => n + Number(c) * WEIGHTS[i]!, 0) % 11]!;

function fields(n: number, relation: string, birthYear: number): PersonFields & { id: string } {
  const female = n % 2 === 0;
  const birth = `${birthYear}-0${1 + (n % 9)}-1${n % 9}`;
  const first = `990101${birth.replace(/-/g, '')}${String(100 + ((n * 2) % 800) + (female ? 0 : 1)).padStart(3, '0')}`;
  return {
    id: `p${n}`,
    name: NAMES[n % NAMES.length]!,
    citizen_id: first + checkDigit(first),
    birth,
    sex: female ? '2' : '1',
    phone: n % 5 === 4 ? 'declined' : `142000${String(10000 + ((n * 137) % 90000)).slice(0, 5)}`,
    relation,
    residence: n % 4 === 3 ? 'floating' : 'registered',
    note: n === 0 ? '耳背，请大声敲门' : '',
  };
}

export const maskName = (name: string) => name.slice(0, 1) + '*'.repeat(Math.max(1, name.length - 1));
export const maskId = (id: string) =>
  id === 'declined' || id === '' ? id : `${id.slice(0, 6)}${'*'.repeat(8)}${id.slice(-4)}`;
export const maskPhone = (phone: string) =>
  phone === 'declined' || phone === '' ? phone : `${phone.slice(0, 3)}****${phone.slice(-4)}`;

export function personLine(p: PersonFields & { id: string }, n: number): PersonLine {
  const year = Number(p.birth.slice(0, 4));
  return {
    id: p.id,
    name: maskName(p.name),
    relation: p.relation,
    sex: p.sex,
    age: year ? new Date().getFullYear() - year : null,
    citizen_id: p.citizen_id ? maskId(p.citizen_id) : null,
    phone: p.phone ? maskPhone(p.phone) : null,
    other_phones: [],
    folded: [],
    checking: false,
    residence: p.residence,
    review: 0,
    standing: n === 0 ? 'at_county' : 'on_phone',
  };
}

/** What a colleague entered of somebody who is on record already. */
const folded = (door: Door): FoldedView => {
  const { id, name, citizen_id, sex } = personLine(door.people[0]!, 0);
  return {
    differs: ['phone'],
    source: {
      ...{ id: `${id}b`, name, citizen_id, sex, birth: '1949-**-**', phone: '142****0000', household: door.id },
      ...{ door: `2幢${door.unit}单元 ${door.door}`, mine: false, by: 'part_time', at_ms: at(15, 9) },
    },
  };
};

const SHAPE: Array<[string, string, string, number, number | null]> = [
  ['601', '1', 'visited', 2, at(9, 2)],
  ['602', '1', 'plain', 3, null],
  ['601', '2', 'to_check', 4, null],
  ['602', '2', 'empty', 0, null],
  ['501', '1', 'visited', 2, at(9, 5)],
  ['502', '1', 'plain', 2, null],
  ['501', '2', 'plain', 4, null],
  ['502', '2', 'due', 3, null],
  ['401', '1', 'visited', 1, at(9, 8)],
  ['402', '1', 'visited', 2, at(9, 9)],
  ['401', '2', 'plain', 3, null],
  ['402', '2', 'plain', 1, null],
  ['301', '1', 'due', 2, null],
  ['302', '1', 'plain', 5, null],
  ['301', '2', 'nobody_home', 2, at(9, 11)],
  ['302', '2', 'plain', 2, null],
  ['201', '1', 'plain', 3, null],
  ['202', '1', 'plain', 2, null],
  ['201', '2', 'plain', 3, null],
  ['202', '2', 'empty', 0, null],
  ['101', '1', 'plain', 2, null],
  ['102', '1', 'visited', 2, at(8, 58)],
  ['101', '2', 'plain', 4, null],
  ['102', '2', 'plain', 3, null],
];

let count = 0;
export const doors: Door[] = SHAPE.map(([door, unit, state, people, visited]) => {
  const key = `${unit}-${door}`;
  return {
    id: `h${key}`,
    building: 'b2',
    unit,
    floor: Number(door[0]),
    door,
    people: Array.from({ length: people }, (_, i) => {
      const first = key === '1-301';
      return fields(
        first ? i : 2 + count++,
        i === 0 ? '0' : i === 1 && !first ? '1' : '2',
        first ? (i === 0 ? 1942 : 1970) : 1950 + ((count * 7) % 60),
      );
    }),
    state,
    toCheck: state === 'to_check' ? 2 : 0,
    visited,
    view: null,
  };
});

/** What a colleague registered of a home that is on record already, put together since. */
const JOINED_HOME = 'h2-401';
const joined = (door: Door): HomeSourceView => ({
  ...{ id: `${door.id}b`, people: [], phone: '142****3310', occupancy: 'tenant', note: '白天没人' },
  ...{ mine: false, by: '周敏', at_ms: at(16, 40, 3) },
});

/** Everybody moved out of it: an empty flat whose last household is history. */
const LEFT_HOME = 'h2-202';
const LEFT_ON = isoDay(at(12, 0, 19));
const FORMER: FormerLine[] = [
  { id: 'p80', name: '吴**', until: LEFT_ON, reason: 'moved_away' },
  { id: 'p81', name: '吴*', until: LEFT_ON, reason: 'moved_away' },
];

/** Who lived in a flat until lately. */
export function formerHomes(dwelling: string): FormerHome[] {
  const door = doors.find((d) => doorView(d).dwelling === dwelling);
  if (!door || door.people.length > 0) return [];
  const { former } = household(door);
  const people = former.map((one) => one.name);
  return former.length > 0 ? [{ household: door.id, people, until: former[0]!.until }] : [];
}

/** The last day of this month, quarter or year: what is owed once in each of them is due until then. */
function lastDay(cadence: DutyView['cadence']): string {
  const now = new Date();
  const [year, month] = [now.getFullYear(), now.getMonth()];
  const end = cadence === 'monthly' ? month + 1 : cadence === 'quarterly' ? (Math.floor(month / 3) + 1) * 3 : 12;
  return isoDay(new Date(year, end, 0).getTime());
}

const OWED: Record<string, [category: string, basis: string, cadence: DutyView['cadence']]> = {
  'h1-301': ['独居老人探访', '老年人权益保障法第三十八条', 'monthly'],
  'h2-502': ['残疾人走访', '残疾人保障法第四条', 'quarterly'],
  'h2-601': ['低保对象走访', '社会救助暂行办法第十三条', 'quarterly'],
};

function dutiesOf(door: Door): DutyView[] {
  const owed = OWED[door.id];
  if (!owed) return [];
  const [category, basis, cadence] = owed;
  const person = door.people[0]!.id;
  return [{ id: `d-${door.id}`, category, basis, person, cadence, due: lastDay(cadence), done: false }];
}

/** Somebody moved in here, the ledger says; nobody has met them. */
const NEW_TENANT = 'h2-402';
const unmet = (door: Door): boolean => door.id === NEW_TENANT && (!door.visited || door.state === 'nobody_home');

/** Day by which whoever moved in should have been met. */
export const metBy = (): string => isoDay(at(0, 0, -18));

/** Doors at which something is still owed or somebody is new, in the order of the walk. */
export const dueDoors = (everyone = false): Door[] =>
  doors
    .filter(
      (d) =>
        (everyone && d.people.length > 0) || unmet(d) || (OWED[d.id] && household(d).duties.some((duty) => !duty.done)),
    )
    .sort((a, b) => a.unit.localeCompare(b.unit) || a.floor - b.floor);

export function household(door: Door): HouseholdView {
  door.view ??= {
    id: door.id,
    door: `2幢${door.unit}单元 ${door.door}`,
    building: '2幢',
    building_id: 'b2',
    occupancy: door.unit === '1' ? 'owner' : 'tenant',
    note: door.door === '301' ? '门铃坏了，请敲门' : '',
    phone: door.door === '301' ? '142****0146' : null,
    other_phones: [],
    people: [],
    duties: dutiesOf(door),
    visits: [
      {
        id: 'v0',
        at_ms: at(10, 12, 31),
        outcome: 'nothing_changed',
        checks: [],
        note: '老人身体还好',
        by: '刘敏',
        undo: null,
        standing: 'at_county',
      },
    ],
    history: [
      {
        at_ms: at(16, 3, 60),
        by: 'county',
        kind: 'person',
        how: 'began',
        fields: ['name', 'phone'],
        undo: null,
        standing: 'at_county',
      },
    ],
    tenant_due: null,
    doorless: false,
    left: false,
    stays: null,
    joined: door.id === JOINED_HOME ? [joined(door)] : [],
    former: door.id === LEFT_HOME ? [...FORMER] : [],
    twice: false,
    review: door.id === 'h2-502' ? 1 : 0,
    standing: door.visited ? 'on_phone' : 'at_county',
  };
  door.view.people = door.people.map(personLine);
  const left = door.id === LEFT_HOME && door.people.length === 0;
  Object.assign(door.view, { left, doorless: left });
  door.view.tenant_due = unmet(door) ? metBy() : null;
  if (door.id === NEW_TENANT && !door.visited) Object.assign(door.view, { visits: [], occupancy: 'tenant' });
  if (door.id === 'h1-501') Object.assign(door.view.people[0]!, { folded: [folded(door)], checking: true });
  return door.view;
}

export const doorView = (d: Door): DoorView => ({
  dwelling: `w${d.unit}-${d.door}`,
  household: d.state === 'empty' ? null : d.id,
  unit: d.unit,
  door: d.door,
  people: d.people.length,
  state: d.state,
  to_check: d.toCheck,
  visited_ms: d.visited,
});

export const buildings = (): BuildingLine[] =>
  [1, 2, 3, 4, 5, 6, 7].map((n) => ({
    id: `b${n}`,
    name: `${n}幢`,
    street: '富民路 8 号',
    households: n === 2 ? 22 : 46,
    visited_today: n === 2 ? doors.filter((d) => d.visited).length : 0,
    due: n === 2 ? dueDoors().length : 0,
  }));

export function building(id: string): BuildingView {
  const line = buildings().find((b) => b.id === id)!;
  const own = doors.map((d) =>
    id === 'b2' ? d : { ...d, state: d.state === 'empty' ? 'empty' : 'plain', visited: null },
  );
  // One of them is wider than a phone.
  const wide = id === 'b3' ? own.map((d) => ({ ...d, unit: String(Number(d.unit) + 2) })) : [];
  const all = [...own, ...wide];
  return {
    building: line,
    units: [...new Set(all.map((d) => d.unit))],
    floors: [6, 5, 4, 3, 2, 1].map((floor) => ({ floor, doors: all.filter((d) => d.floor === floor).map(doorView) })),
  };
}
