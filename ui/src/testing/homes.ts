/** Households and the people in them on the fictional day: the handlers that read and change them, and take it back. */
import { CallFailure, type Answer, type Args, type Name } from '@/api/carrier';
import type { AccessEntry, PersonFields, Saved } from '@/api';
import { checkDigit, doors, doorView, formerHomes, household, isoDay, maskName, type Door } from './grid';
import { placed } from './unplaced';

/** Counts what was saved; `back` is what its undoing does. */
export type Save = (id: string, back?: () => void) => Saved;

interface Given {
  /** Name of the worker. */
  by: string;
  saved: Save;
  log: AccessEntry[];
}

type Homes =
  | 'household'
  | 'save_household'
  | 'record_visit'
  | 'open_person'
  | 'save_person'
  | 'remove_person'
  | 'return_person'
  | 'former_homes'
  | 'check_citizen_id';

const NOBODY: PersonFields = {
  ...{ name: '', citizen_id: '', birth: '', sex: '0', phone: '' },
  ...{ relation: '8', residence: 'usual', note: '' },
};

export function homes({ by, saved, log }: Given): { [N in Extract<Name, Homes>]: (args: Args<N>) => Answer<N> } {
  let reveals = 30;
  let made = 0;
  /** Who moved out here, to come back as they were. */
  const moved = new Map<string, PersonFields & { id: string }>();
  const door = (id: string): Door => {
    const found = doors.find((d) => d.id === id);
    if (!found) throw new CallFailure('not_found');
    return found;
  };
  /** An empty flat gets a household; one that is taken only by saying so. */
  const moveIn = (dwelling: string, beside: boolean): Door => {
    const found = doors.find((d) => doorView(d).dwelling === dwelling);
    if (!found) throw new CallFailure('not_found');
    if (found.state !== 'empty' && !beside) throw new CallFailure('home_taken', { household: found.id });
    found.state = 'plain';
    return found;
  };

  return {
    household: ({ id }) => structuredClone(household(door(id))),
    save_household: ({ id, dwelling, occupancy, note, phone, beside }) => {
      if (id === null) {
        const d = moveIn(dwelling ?? '', beside);
        if (occupancy !== null) household(d).occupancy = occupancy;
        return saved(d.id, () => (d.state = 'empty'));
      }
      // The core says why it is no number, and not which field.
      if (/^\d{1,6}$/.test(phone ?? '')) throw new CallFailure('invalid_field', { field: 'phone' });
      const d = door(id);
      const there = doors.find((one) => doorView(one).dwelling === dwelling);
      if (there && there !== d && there.state !== 'empty' && !beside)
        throw new CallFailure('home_taken', { household: there.id });
      const view = household(d);
      const before = structuredClone({ occupancy: view.occupancy, note: view.note, phone: view.phone });
      if (occupancy !== null) view.occupancy = occupancy;
      if (note !== null) view.note = note;
      if (phone !== null) view.phone = phone === '' ? null : `${phone.slice(0, 3)}****${phone.slice(-4)}`;
      return saved(id, () => Object.assign(view, before));
    },
    record_visit: ({ household: id, outcome, note, duties, checks }) => {
      const d = door(id);
      const view = household(d);
      const before = { visited: d.visited, state: d.state, done: view.duties.filter((one) => one.done) };
      d.visited = Date.now();
      d.state = outcome === 'nobody_home' ? 'nobody_home' : 'visited';
      for (const one of view.duties) if (duties.includes(one.id)) one.done = true;
      const visit = { id: `v-${id}-${view.visits.length}`, at_ms: Date.now(), outcome, note, checks: [...checks] };
      view.visits.unshift({ ...visit, by, undo: visit.id, standing: 'on_phone' });
      view.standing = 'on_phone';
      return saved(id, () => {
        Object.assign(d, { visited: before.visited, state: before.state });
        for (const one of view.duties) one.done = before.done.includes(one);
        view.visits = view.visits.filter((one) => one.id !== visit.id);
      });
    },
    open_person: ({ id, reason }) => {
      const person = doors.flatMap((d) => d.people).find((p) => p.id === id);
      if (!person) throw new CallFailure('not_found');
      if (reveals <= 0) throw new CallFailure('reveal_limit');
      reveals--;
      log.unshift({ at_ms: Date.now(), person: maskName(person.name), reason });
      const { id: _, ...fields } = person;
      return { id, fields, other_phones: [], folded: [], until_ms: Date.now() + 30_000, left_this_hour: reveals };
    },
    save_person: ({ id, household: where, moves_into, fields }) => {
      if (fields.name !== undefined && !/\p{L}/u.test(fields.name))
        throw new CallFailure('invalid_field', { field: 'name' });
      if (/^\d{1,4}$/.test(fields.phone ?? '')) throw new CallFailure('invalid_field', { field: 'phone' });
      const d = moves_into ? moveIn(moves_into.dwelling, moves_into.beside) : door(where ?? '');
      const leave = () => moves_into && (d.state = 'empty');
      if (moves_into?.occupancy) household(d).occupancy = moves_into.occupancy;
      if (id && placed(id)) return saved(moves_into ? d.id : id, leave);
      const before = structuredClone(d.people);
      const person = d.people.find((p) => p.id === id);
      const added = `n${++made}`;
      if (person) Object.assign(person, fields);
      else d.people.push({ id: added, ...NOBODY, ...fields });
      household(d).standing = 'on_phone';
      return saved(moves_into ? d.id : (id ?? added), () => (leave(), (d.people = before)));
    },
    remove_person: ({ id, household: where, reason }) => {
      const d = door(where);
      const view = household(d);
      const gone = d.people.find((p) => p.id === id);
      const before = { people: d.people, former: view.former, history: view.history };
      d.people = before.people.filter((p) => p.id !== id);
      view.former = [{ id, name: maskName(gone?.name ?? ''), until: isoDay(Date.now()), reason }, ...before.former];
      moved.set(id, gone!);
      const answer = saved(id, () => {
        d.people = before.people;
        Object.assign(view, { former: before.former, history: before.history });
      });
      const line = { at_ms: Date.now(), by, kind: 'residence', how: 'ended', fields: ['until'] } as const;
      view.history = [{ ...line, fields: [...line.fields], undo: answer.undo, standing: 'on_phone' }, ...view.history];
      return answer;
    },
    return_person: ({ id, household: where }) => {
      const d = door(where);
      const view = household(d);
      const before = { people: d.people, former: view.former, state: d.state };
      const name = view.former.find((one) => one.id === id)?.name ?? '';
      d.people = [...d.people, moved.get(id) ?? { id, ...NOBODY, name }];
      if (d.state === 'empty') d.state = 'plain';
      view.former = before.former.filter((one) => one.id !== id);
      return saved(id, () => {
        Object.assign(d, { people: before.people, state: before.state });
        view.former = before.former;
      });
    },
    former_homes: ({ id }) => formerHomes(id),
    check_citizen_id: ({ text }) => {
      if (text.length < 18)
        return { state: text ? 'incomplete' : 'empty', lengthened: null, birth: null, sex: null, notes: [] };
      const ok = checkDigit(text.slice(0, 17)) === text[17];
      if (!ok) return { state: 'wrong', lengthened: null, birth: null, sex: null, notes: ['id_check_digit'] };
      return {
        state: 'ok',
        lengthened: text,
        birth: `${text.slice(6, 10)}-${text.slice(10, 12)}-${text.slice(12, 14)}`,
        sex: Number(text[16]) % 2 ? '1' : '2',
        notes: [],
      };
    },
  };
}
