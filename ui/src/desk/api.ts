/** The desk's only door to the county: REST under /desk/api, docs/desk-api.md is the contract. */

export interface Page<T> {
  rows: T[];
  total: number;
}
export interface Me {
  name: string;
  role: string;
  area: { id: string; name: string };
  county: string;
  csrf: string;
}
export interface NavCounts {
  incidents_new: number;
  incidents_open: number;
  devices_odd: number;
  duplicates_open: number;
  review_open: number;
}
export interface IncidentRow {
  id: string;
  number: string;
  category: string;
  title: string;
  area: string;
  grid: string;
  place_name: string;
  text: string;
  state: string;
  worker: string;
  reported_ms: number;
  received_ms: number;
  due_ms: number | null;
  department: string | null;
  photos: number;
}
export interface Photo {
  sha256: string;
  bytes: number;
  received_bytes: number;
  complete: boolean;
  taken_ms: number;
  time_verified: boolean;
  /** What satellites said the time was; null without them. */
  satellite_ms: number | null;
  signature_ok: boolean;
  lat_e7: number | null;
  lon_e7: number | null;
  accuracy_dm: number | null;
  mock: boolean;
  width: number | null;
  height: number | null;
}
export interface StepRow {
  verb: string;
  by: string;
  at_ms: number;
  received_ms: number;
  text: string;
  department: string | null;
}
export interface Incident extends Omit<IncidentRow, 'photos'> {
  photos: Photo[];
  revision: number;
  lat_e7: number | null;
  lon_e7: number | null;
  accuracy_dm: number | null;
  no_fix_reason: string | null;
  patrol: string | null;
  steps: StepRow[];
  may: string[];
}
export interface Step {
  revision: number;
  text: string;
  department: string | null;
  due_ms: number | null;
}
export interface Category {
  code: string;
  name: string;
  class: string;
  limit_hours: number | null;
}
export interface Department {
  code: string;
  name: string;
}
export interface PatrolRow {
  id: string;
  area: string;
  grid: string;
  worker: string;
  slot: string;
  started_ms: number;
  ended_ms: number | null;
  length_m: number;
  seconds: number;
  points: number;
  reached: number;
  gaps: number;
  gap_seconds: number;
  /** Without times no gap can be seen. */
  timed: boolean;
  incidents: number;
}
export interface Patrol extends PatrolRow {
  points_list: {
    id: string;
    number: number;
    name: string;
    lat_e7: number;
    lon_e7: number;
    reached_ms: number | null;
    by: string | null;
  }[];
  /** An end that is not known is null. */
  gaps_list: { from_ms: number | null; to_ms: number | null }[];
  incidents_list: IncidentSpot[];
  buildings: Spot[];
  outline: Place[];
  coverage_permille: number | null;
}
export interface Place {
  lat_e7: number;
  lon_e7: number;
}
export interface Spot extends Place {
  name: string;
  number: number | null;
}
export interface IncidentSpot extends Place {
  id: string;
  title: string;
  place_name: string;
  state: string;
  due_ms: number | null;
}
export interface AreaShape {
  id: string;
  name: string;
  kind: string;
  rings: Place[][];
  incidents_open: number;
  last_patrol_ms: number | null;
}
export interface AreaMap {
  shapes: AreaShape[];
  buildings: Spot[];
  points: Spot[];
  incidents: IncidentSpot[];
  incidents_open: number;
  incidents_unplaced: number;
  last_patrol: PatrolRow | null;
}
export interface VisitRow {
  id: string;
  household: string | null;
  door: string;
  grid: string;
  worker: string;
  at_ms: number;
  received_ms: number;
  outcome: string;
  note: string;
  duties: number;
}
export interface AreaRow {
  id: string;
  parent: string | null;
  code: string;
  name: string;
  kind: string;
  households: number;
  people: number;
  workers: number;
}
export interface HouseholdRow {
  id: string;
  door: string;
  occupancy: string;
  people: number;
  head: string;
  last_visit_ms: number | null;
  conflicts: number;
}
export interface PersonRow {
  id: string;
  name: string;
  relation: string;
  sex: string;
  age: number | null;
  citizen_id: string | null;
  phone: string | null;
  residence: string | null;
  conflicts: number;
}
export interface Household {
  id: string;
  door: string;
  grid: string;
  occupancy: string;
  note: string;
  phone: string | null;
  people: PersonRow[];
  visits: { id: string; at_ms: number; outcome: string; note: string; by: string }[];
  history: {
    at_ms: number;
    by: string;
    kind: string;
    how: 'began' | 'changed' | 'ended' | 'resumed' | 'joined' | 'parted' | 'removed';
    fields: string[];
  }[];
}
export interface OpenedPerson {
  id: string;
  fields: Record<string, string>;
  until_ms: number;
  left_this_hour: number;
}
/** What an erasure by law would take: every record put together as the person. */
export interface ToErase {
  people: OneToErase[];
}
/** A record of the person; a deleted one stands in no list any more, and goes all the same. */
export interface OneToErase extends PersonRow {
  deleted: boolean;
}
/** What an erasure by law took. */
export interface Erased {
  records: number;
  operations: number;
  pictures: number;
}
export interface ReviewRow {
  id: string;
  kind: string;
  household: string | null;
  door: string;
  subject: string;
  field: string;
  grid: string;
  sides: {
    op: string;
    by: string;
    at_ms: number;
    deletes: boolean;
    parts: { field: string; group: string; value: string }[];
    provisional: boolean;
  }[];
  both: boolean;
  third: { kind: string; group: string; codes: string[] } | null;
}
/** Two records of different grids with the same citizen id. */
export interface DuplicateRow {
  id: string;
  state: 'open' | 'same' | 'not_same';
  found_ms: number;
  decided_ms: number | null;
  decided_by: string | null;
  sides: {
    person: PersonRow;
    grid: string;
    household: string | null;
    door: string;
    by: string;
    made_ms: number;
  }[];
}
export interface WorkerRow {
  id: string;
  name: string;
  number: string;
  role: string;
  grids: { id: string; name: string }[];
  last_contact_ms: number | null;
  devices: number;
}
export interface EnrolCode {
  code: string;
  address: string;
  qr: string;
  expires_ms: number;
}
export interface DeviceRow {
  id: string;
  worker: string;
  worker_number: string;
  grid: string;
  enrolled_ms: number;
  last_contact_ms: number | null;
  app_version: string;
  waiting: number | null;
  clock_off_ms: number | null;
  state: string;
  odd: string[];
  trouble: string | null;
  trouble_ms: number | null;
  held_deletes: number;
}
export interface AccountRow {
  name: string;
  role: string;
  area: { id: string; name: string };
  disabled: boolean;
  own: boolean;
}
/** A password, shown once. */
export interface OncePassword {
  name: string;
  role: string;
  password: string;
}
export interface ImportView {
  id: string;
  file: string;
  area: { id: string; name: string };
  stage: string;
  done: number;
  of: number;
  households: number;
  people: number;
  unplaced_people: number;
  warnings: number;
  refused: number;
  skipped: number;
  notes: number;
  codes: { code: string; severity: string; what: string; rows: number }[];
  written: Record<
    'buildings' | 'dwellings' | 'households' | 'households_known' | 'people' | 'people_known' | 'people_elsewhere',
    number
  > | null;
}
export interface ImportRow {
  sheet: string;
  row: number;
  column: string;
  severity: string;
  code: string;
  what: string;
  suggestion: string;
}
export interface AuditRow {
  at_ms: number;
  who: string;
  what: string;
  subject: string;
  reason: string;
  /** When, by the phone's own clock: of a person opened there. */
  phone_time: string | null;
  /** The number of its file: of an erasure by law. */
  file: string | null;
  ok: boolean;
}

export const PAGE = 50;
const BASE = '/desk/api/';

export class DeskFailure extends Error {
  readonly code: string;
  readonly params: Record<string, string>;
  constructor(code: string, params: Record<string, string> = {}) {
    super(code);
    this.name = 'DeskFailure';
    this.code = code;
    this.params = params;
  }
  static from(value: unknown): DeskFailure {
    return value instanceof DeskFailure ? value : new DeskFailure('internal');
  }
}

let csrf = '';
export const setCsrf = (token: string) => (csrf = token);

let sessionEnded = (): void => undefined;
/** What is done when the county no longer knows the session: after eight hours, or when the account was stopped. */
export const onSessionEnd = (act: () => void) => (sessionEnded = act);

type Query = Record<string, string | number | null | undefined>;

async function ask<T>(method: 'GET' | 'POST', route: string, body?: object | Blob): Promise<T> {
  const file = body instanceof Blob;
  let answer: Response;
  try {
    answer = await fetch(BASE + route, {
      method,
      credentials: 'same-origin',
      headers:
        method === 'GET'
          ? {}
          : { 'content-type': file ? 'application/octet-stream' : 'application/json', 'x-csrf-token': csrf },
      body: method === 'GET' ? undefined : file ? body : JSON.stringify(body ?? {}),
    });
  } catch {
    throw new DeskFailure('unreachable');
  }
  if (answer.status === 204) return undefined as T;
  const read: unknown = await answer.json().catch(() => null);
  if (answer.ok && read !== null) return read as T;
  const error = read as { code?: unknown; params?: Record<string, string> } | null;
  const failure = new DeskFailure(typeof error?.code === 'string' ? error.code : 'internal', error?.params ?? {});
  if (failure.code === 'no_session' && route !== 'me') sessionEnded();
  throw failure;
}

export const post = <T>(route: string, body?: object | Blob) => ask<T>('POST', route, body);

/** Empty values are left out of the query. */
export function get<T>(route: string, query: Query = {}): Promise<T> {
  const text = Object.entries(query)
    .filter(([, value]) => value !== '' && value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&');
  return ask<T>('GET', text ? `${route}?${text}` : route);
}

export const photoUrl = (sha256: string, thumbnail = false) =>
  `${BASE}photos/${sha256}${thumbnail ? '?thumbnail=1' : ''}`;
