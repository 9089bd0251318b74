/**
 * A carrier without Rust, for development and tests of the screens: a fictional day in memory. Never in the production
 * bundle (e2e/bundle.mjs looks for its mark). What it decides is only enough to show every screen.
 * The address chooses the scene: `?phase=new|locked|needs_desk&big=1&theme=dark&lang=en&net=off&patrol=walking|done&slow=900&many=5000`.
 */
import { CallFailure, type Answer, type Args, type Carrier, type Name } from '@/api/carrier';
import type { AccessEntry, AppState, Counts, Draft, FurtherRound, PhotoView, SlotView, SyncState, Today } from '@/api';
import { at, building, buildings, doors, household, isoDay, MARK, maskName, type Door } from './grid';
import { homes, type Save } from './homes';
import { photo } from './incidents';
import { patrolView } from './patrol';
import { reports } from './reports';
import { reviewOf } from './review';
import { dueToday } from './today';
import { unplacedPeople } from './unplaced';

const HERE = { lat_e7: 374_905_000, lon_e7: 1_182_552_000, accuracy_dm: 80 };

type Handlers = { [N in Name]: (args: Args<N>) => Answer<N> };

export function memory(search = window.location.search): Carrier {
  const scene = new URLSearchParams(search);
  let online = scene.get('net') !== 'off';
  // A flow walks to where there is signal.
  let lost = false;
  window.addEventListener('testing:core', () => (lost = true));
  window.addEventListener('testing:net', (event) => (online = (event as CustomEvent<string>).detail === 'on'));
  const enrolled = scene.get('phase') !== 'new';
  const worker = { id: 'w1', name: '刘敏', number: '3107', grid: '富民三格', county: '示范县' };
  const state: AppState = {
    phase: (scene.get('phase') as AppState['phase'] | null) ?? 'ready',
    worker: enrolled ? worker : null,
    pin_tries_left: 8,
    lock_reason: scene.get('phase') === 'needs_desk' ? 'wrong_pins' : null,
    reopen: enrolled ? { address: '192.168.1.20:8443', phone: '7F2C', desk_phone: '14200001010' } : null,
    contacts: enrolled
      ? {
          desk_phone: '14200001010',
          complaint_phone: '14200001011',
          basis:
            '《个人信息保护法》第十三条第一款第三项；示范县网格服务登记事项目录（虚构）第 1 项：实有人口与房屋登记',
        }
      : null,
    settings: {
      language: scene.get('lang') ?? 'zh-CN',
      big_type: scene.has('big'),
      text_size: Math.max(0, Number(scene.get('big') ?? 1) - 1),
      theme: scene.get('theme') ?? 'light',
      photos_on_mobile_data: false,
    },
    version: '0.1.0',
    change: 1,
  };
  let mended = scene.has('mended');
  const drafts = new Map<string, Draft>();
  const draftPhotos: PhotoView[] = scene.has('draft')
    ? [photo('ph8', at(9, 52), 'on_phone'), photo('ph9', at(9, 52), 'on_phone')]
    : [];
  if (scene.has('draft'))
    drafts.set('incident:new', {
      form: 'incident:new',
      fields: {
        category: scene.get('draft') === 'gone' ? 'gone' : 'fire_lane',
        place_name: '2幢东侧',
        text: '四辆电动车堵在通道里',
      },
      saved_ms: at(9, 53),
    });
  if (scene.has('typed'))
    drafts.set('enrol', {
      form: 'enrol',
      fields: { address: '192.168.1.20:8443', code: '7K3M9QXT4HBRT6W2ZC5D' },
      saved_ms: at(9, 53),
    });
  const log: AccessEntry[] = [
    { at_ms: at(9, 16), person: '孔**', reason: 'check_at_door' },
    { at_ms: at(16, 40, 1), person: '胡**', reason: 'call' },
    { at_ms: at(10, 5, 3), person: '曹**', reason: 'care_duty' },
  ];
  const review = reviewOf();
  const others = <T extends { stays: { id: string } }>(pairs: T[], decided: string) =>
    pairs.filter((pair) => pair.stays.id !== decided);
  const undos = new Map<string, () => void>();
  const saves = { on_phone: 3, at_county: 128 };
  let patrolState: 'none' | 'walking' | 'paused' | 'done' = scene.get('patrol') === 'walking' ? 'walking' : 'none';
  let slotNow = 'morning';
  const walked = new Set(scene.get('patrol') === 'done' ? ['morning', 'afternoon'] : []);
  const started = Date.now() - 42 * 60_000;
  const further: FurtherRound[] = [];
  const handReached = new Set<string>();
  let firstDone = 0;

  const counts = (): Counts => ({
    on_phone: saves.on_phone,
    sending: online ? 1 : 0,
    at_county: saves.at_county,
    needs_you: Object.values(review).reduce((n, items) => n + items.length, 0),
  });
  // The county has not yet said how many there are.
  const asking = scene.get('first') === 'asking';
  const sync = (): SyncState => {
    if (scene.has('first')) firstDone = Math.min(908 + 299, firstDone + 260);
    return {
      phase: online ? 'running' : 'waiting',
      counts: counts(),
      first_sync: asking
        ? { done: 0, of: 0 }
        : scene.has('first') && firstDone < 1207
          ? { done: firstDone, of: 1207 }
          : null,
      records: { done: 128, of: 131 },
      photos: { done: 5, of: 8 },
      photos_now: { done: 1, of: 4 },
      photo_bytes: { done: 1_130_000, of: 1_920_000 },
      last_contact_ms: online ? Date.now() - 60_000 : at(7, 50),
      last_error: online ? null : 'county_unreachable',
      retry_in_ms: online ? null : 48_000,
      photos_held: scene.has('held') ? 2 : 0,
      held_deletes: 0,
    };
  };
  const saved: Save = (id, back) => {
    state.change++;
    saves.on_phone++;
    undos.set(`u${state.change}`, back ?? (() => undefined));
    return { id, undo: `u${state.change}` };
  };
  const patrol = () => {
    if (patrolState === 'none' || patrolState === 'done') return null;
    const view = { ...patrolView(patrolState, started), slot: slotNow };
    for (const p of view.points)
      if (handReached.has(p.id) && p.reached_ms === null) Object.assign(p, { reached_ms: Date.now(), by: 'hand' });
    return view;
  };
  const verb = (next: 'walking' | 'paused' | 'done') => {
    if (patrolState === 'none') throw new CallFailure('no_patrol');
    patrolState = next;
    if (next === 'done' && walked.has(slotNow))
      further.push({ patrol: 'r1', started_ms: at(16, 20), ended_ms: at(16, 50), standing: 'on_phone' });
    if (next === 'done') walked.add(slotNow);
    state.change++;
    return { ...patrolView(next, started), slot: slotNow };
  };
  const slot = (name: string, from: string, to: string, before: string): SlotView => {
    const live = slotNow === name && ['walking', 'paused'].includes(patrolState);
    const done = !live && walked.has(name);
    return {
      ...{ slot: name, from, to, points: 7 },
      state: live ? patrolState : done ? 'done' : before,
      reached: done ? 5 : 0,
      incidents: name === 'morning' ? 1 : 0,
      patrol: done ? 'r1' : null,
      standing: done ? 'on_phone' : null,
      further: slotNow === name ? [...further] : [],
    };
  };
  const choose = (pin: string) => {
    if (/^(\d)\1*$|123456/.test(pin)) throw new CallFailure('weak_pin');
  };
  const lineOf = (d: Door, matched: string | null) => ({
    id: d.id,
    door: household(d).door,
    head: maskName(d.people[0]!.name),
    people: d.people.length,
    matched,
    last_visit_ms: d.visited ?? at(10, 12, 31),
    standing: household(d).standing,
  });
  /** `many=5000` fills the list up, so that a large grid can be measured. */
  const many = Number(scene.get('many') ?? 0);
  const recent = (offset: number, limit: number) => {
    const lived = doors.filter((d) => d.people.length > 0).sort((a, b) => (b.visited ?? 0) - (a.visited ?? 0));
    const all = Math.max(lived.length, many);
    const rows = [];
    for (let n = offset; n < Math.min(all, offset + limit); n++) {
      const row = lineOf(lived[n % lived.length]!, null);
      rows.push(
        n < lived.length ? row : { ...row, id: `${row.id}-${n}`, door: `${3 + Math.floor(n / 200)}幢1单元 ${n}` },
      );
    }
    return { rows, more: offset + limit < all, empty: [] };
  };

  const handlers: Handlers = {
    app_state: () => ({ ...state }),
    start: () => {
      const ready = state.phase === 'ready';
      return { app: { ...state }, today: ready ? handlers.today({}) : null, sync: ready ? sync() : null };
    },
    enrol: ({ code, pin }) => {
      choose(pin);
      if (!online) throw new CallFailure('county_unreachable', {}, true);
      if (code.startsWith('0000')) throw new CallFailure('bad_code');
      return Object.assign(state, { phase: 'ready', worker });
    },
    read_invitation: ({ data_base64 }) => {
      // A picked file stands for a picture without a code, so that both answers can be seen.
      if (data_base64 !== null) throw new CallFailure('no_code_in_picture');
      const address = '192.168.1.20:8443';
      return { text: `XUNGE1:${address}:7K3M9QXT:${'0123456789ABCDEF'.repeat(4)}`, address };
    },
    check_pin: ({ pin }) => (choose(pin), null),
    unlock: ({ pin }) => {
      if (pin === '258036') return Object.assign(state, { phase: 'ready' });
      state.pin_tries_left = (state.pin_tries_left ?? 1) - 1;
      if (state.pin_tries_left <= 0) state.phase = 'needs_desk';
      throw new CallFailure('wrong_pin', { left: String(state.pin_tries_left) });
    },
    reopen: ({ code, pin }) => {
      choose(pin);
      if (!online) throw new CallFailure('county_unreachable', {}, true);
      if (code.startsWith('0000')) throw new CallFailure('bad_code');
      return Object.assign(state, { phase: 'ready' });
    },
    lock: () => Object.assign(state, { phase: 'locked' }),
    leave: () => {
      if (counts().on_phone + counts().sending > 0) throw new CallFailure('unsent', { n: '4' }, false);
      return Object.assign(state, { phase: 'new', worker: null, reopen: null });
    },
    settings_save: (settings) => Object.assign(state, { settings }),
    changes: ({ after }) => {
      if (lost) throw new CallFailure('core_unreachable', {}, true);
      return { change: state.change, records: state.change > after, sync: sync() };
    },
    sync_state: sync,
    sync_now: () => {
      if (!online) throw new CallFailure('county_unreachable', {}, true);
      return sync();
    },
    storage: () => ({
      records_bytes: 4_310_000,
      photos_bytes: 12_400_000,
      free_bytes: 9_800_000_000,
      track_points: 1312,
    }),
    access_log: ({ page }) => log.slice(page.offset, page.offset + page.limit),
    about_me: () => ({
      role: 'full_time',
      areas: [worker.grid],
      address: '192.168.1.20:8443',
      device: '41',
      records: 131,
      opened: log.length,
      photos: 23,
      patrols: 2,
      track_points: 1312,
      oldest_patrol_ms: at(11, 20, 3),
      last_contact_ms: online ? Date.now() - 60_000 : at(7, 50),
    }),
    here: () => (scene.has('nofix') ? null : HERE),
    draft_save: (draft) => (drafts.set(draft.form, draft), null),
    draft_load: ({ form }) => drafts.get(form) ?? null,
    draft_drop: ({ form }) => (drafts.delete(form), null),
    week: ({ day: wanted }) => ({
      // The fictional day is a Monday.
      first: isoDay(Date.now() - (wanted ? 7 : 0) * 86_400_000),
      last: isoDay(Date.now() + (wanted ? -1 : 6) * 86_400_000),
      grid: worker.grid,
      ...{ visits: 34, households: 31, nobody_home: 3, patrols: 9, length_m: 16_400 },
      ...{ points_reached: 58, points_due: 63, incidents: 6, solved_here: 2, answers: 3 },
    }),
    today: () => ({
      date: isoDay(Date.now()),
      grid: worker.grid,
      slots: [slot('morning', '08:30', '11:30', 'due'), slot('afternoon', '14:30', '17:30', 'later')],
      counts: counts(),
      ...dueToday(doors.filter((d) => d.visited).length, scene.has('due')),
      mended: mended ? { at_ms: at(7, 40), kept: 23, photos: 4, lost: 0, tail: false } : null,
    }),
    mended_seen: () => {
      mended = false;
      return handlers.today(undefined as never) as Today;
    },
    households_head: ({ building: wanted }) => ({
      households: 299,
      people: 908,
      visited_today: doors.filter((d) => d.visited).length,
      buildings: buildings(),
      drawn: building(wanted ?? 'b2'),
    }),
    building: ({ id }) => building(id),
    buildings_near: () =>
      scene.has('nofix')
        ? { here: null, buildings: [] }
        : {
            here: HERE,
            buildings: buildings()
              .map((one, n) => ({ building: one, metres: [64, 22, 118, 210, 345, 1180][n] ?? 1500 }))
              .sort((a, b) => a.metres - b.metres),
          },
    households: ({ query, page }) => {
      if (query === '') return recent(page.offset, page.limit);
      const q = query.replace(/-/g, '');
      const rows = doors
        .filter(
          (d) =>
            d.people.length > 0 &&
            (`2${d.unit}${d.door}`.includes(q) ||
              d.people.some((p) => p.name.startsWith(query) || p.citizen_id.endsWith(query))),
        )
        .map((d) => lineOf(d, /^\d/.test(query) ? 'door' : 'name'));
      const empty = doors
        .filter((d) => d.people.length === 0 && /^\d/.test(query) && `2${d.unit}${d.door}`.includes(q))
        .map((d) => ({ dwelling: `w${d.unit}-${d.door}`, door: `2幢${d.unit}单元 ${d.door}` }));
      const rest = rows.length > page.offset + page.limit;
      return { rows: rows.slice(page.offset, page.offset + page.limit), more: rest, empty: rest ? [] : empty };
    },
    unplaced_people: ({ query }) => unplacedPeople(query),
    ...homes({ by: worker.name, saved, log }),
    undo: ({ undo }) => {
      const handles = undo.split(' ');
      if (!handles.every((one) => undos.has(one))) throw new CallFailure('undo_gone');
      for (const one of handles.reverse()) {
        undos.get(one)!();
        undos.delete(one);
        saves.on_phone--;
      }
      state.change++;
      return null;
    },
    patrol,
    patrol_start: (args) => {
      if (patrolState === 'walking') throw new CallFailure('patrol_under_way');
      patrolState = 'walking';
      slotNow = args.slot;
      state.change++;
      return { ...patrolView('walking', started), slot: slotNow };
    },
    patrol_pause: () => verb('paused'),
    patrol_resume: () => verb('walking'),
    patrol_stop: () => verb('done'),
    finished_patrol: () => patrolView('done', started),
    patrol_check_in: ({ point }) => (handReached.add(point), patrol()!),
    ...reports({ scene, by: worker.name, saved, drafts, draftPhotos }),
    review: () => structuredClone(review),
    resolve: ({ conflict, value }) => {
      if (value === '0') throw new CallFailure('invalid_field', { field: 'value' });
      const before = review.conflicts;
      review.conflicts = before.filter((c) => c.id !== conflict);
      return saved(conflict, () => (review.conflicts = before));
    },
    merge_persons: ({ one }) => ((review.same = others(review.same, one)), saved(one)),
    not_same_person: ({ one }) => ((review.same = others(review.same, one)), saved(one)),
    unmerge_person: ({ id }) => saved(id),
    merge_households: ({ one }) => ((review.same_homes = others(review.same_homes, one)), saved(one)),
    not_same_household: ({ one }) => ((review.same_homes = others(review.same_homes, one)), saved(one)),
    unmerge_household: ({ id }) => saved(id),
    leave_household: ({ id }) => saved(id),
    return_household: ({ id }) => ((review.doorless = []), saved(id)),
    amend_refused: ({ op }) => {
      review.refused = review.refused.filter((r) => r.op !== op);
      return saved(op);
    },
    withdraw_refused: ({ op }) => ((review.refused = review.refused.filter((r) => r.op !== op)), state.change++, null),
    resend_refused: ({ op }) => ((review.refused = review.refused.filter((r) => r.op !== op)), state.change++, null),
  };

  const TINTS = ['#8aa0a8,#3f4a45', '#a8927c,#6d6152', '#7a8a96,#48545c'];
  return {
    async call(name, args) {
      await new Promise((resolve) => setTimeout(resolve, Number(scene.get('slow') ?? 5)));
      const handler = handlers[name];
      if (!handler) throw new CallFailure('unknown_command', { source: MARK });
      return structuredClone(handler(args));
    },
    photoUrl(id) {
      const [from, to] = TINTS[id.charCodeAt(id.length - 1) % TINTS.length]!.split(',');
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs><rect width="800" height="600" fill="url(#g)"/><path d="M0 470 200 380 420 450 800 330V600H0z" fill="#000" opacity=".25"/></svg>`;
      return `data:image/svg+xml,${encodeURIComponent(svg)}`;
    },
  };
}
