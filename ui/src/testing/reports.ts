/** Incidents and their photos on the fictional day: the handlers of what is reported, added to and taken back. */
import { CallFailure, type Answer, type Args, type Name } from '@/api/carrier';
import type { Draft, IncidentView, PhotoView, Saved } from '@/api';
import { categories, incidents, photo } from './incidents';

interface Given {
  scene: URLSearchParams;
  /** Name of the worker. */
  by: string;
  saved: (id: string) => Saved;
  drafts: Map<string, Draft>;
  draftPhotos: PhotoView[];
}

type Reports =
  | 'incident_categories'
  | 'similar_incidents'
  | 'recover_photo'
  | 'take_photo'
  | 'drop_photo'
  | 'draft_photos'
  | 'report_incident'
  | 'incidents'
  | 'incident'
  | 'incident_step';

export function reports({ scene, by, saved, drafts, draftPhotos }: Given): {
  [N in Extract<Name, Reports>]: (args: Args<N>) => Answer<N>;
} {
  let recovered = false;
  let arrived = scene.get('categories') !== 'none';
  window.addEventListener('testing:categories', () => (arrived = true));
  const incident = (id: string): IncidentView => {
    const found = incidents.find((i) => i.line.id === id);
    if (!found) throw new CallFailure('not_found');
    return found;
  };

  return {
    incident_categories: () => (arrived ? categories : []),
    similar_incidents: ({ category }) =>
      incidents
        .filter((i) => i.line.title === categories.find((c) => c.code === category)?.name && i.line.state !== 'closed')
        .slice(0, 3)
        .map((i) => ({ line: i.line, metres: 35, may_supplement: i.may.includes('supplement') })),
    recover_photo: () => {
      if (!scene.has('camera_died') || recovered) return null;
      recovered = true;
      const back = photo('ph30', Date.now() - 90_000, 'on_phone');
      draftPhotos.push(back);
      return { form: 'incident:new', photo: back };
    },
    take_photo: () => {
      const next = photo(`ph${20 + draftPhotos.length}`, Date.now(), 'on_phone');
      draftPhotos.push(next);
      return next;
    },
    drop_photo: ({ id }) => (
      draftPhotos.splice(
        draftPhotos.findIndex((p) => p.id === id),
        1,
      ),
      null
    ),
    draft_photos: () => [...draftPhotos],
    report_incident: ({ category, text, place_name, self_resolved, resolution }) => {
      if (!categories.some((c) => c.code === category)) throw new CallFailure('invalid_field', { field: 'category' });
      const id = `i${10 + incidents.length}`;
      const title = categories.find((c) => c.code === category)?.name ?? category;
      const now = Date.now();
      const photos = draftPhotos.splice(0);
      incidents.unshift({
        line: {
          id,
          number: '91B2',
          title,
          place_name,
          state: self_resolved ? 'self_resolved' : 'reported',
          reported_ms: now,
          photo: photos[0]?.id ?? null,
          photos: photos.length,
          standing: 'on_phone',
        },
        text,
        place: photos[0]?.place ?? null,
        photos,
        steps: [
          {
            verb: self_resolved ? 'self_resolve' : 'report',
            by,
            at_ms: now,
            text: resolution,
            standing: 'on_phone',
          },
        ],
        may: self_resolved ? [] : ['withdraw', 'supplement'],
      });
      return saved(id);
    },
    incidents: ({ filter }) => ({
      rows: incidents
        .map((i) => i.line)
        .filter(
          (l) =>
            filter === 'all' ||
            (filter === 'answered'
              ? ['closed', 'returned'].includes(l.state)
              : !['closed', 'self_resolved'].includes(l.state)),
        ),
      more: false,
    }),
    incident: ({ id }) => structuredClone(incident(id)),
    incident_step: ({ id, verb: name, text, form }) => {
      const one = incident(id);
      if (form !== null) {
        one.photos.push(...draftPhotos.splice(0));
        one.line.photos = one.photos.length;
        drafts.delete(form);
      }
      one.steps.push({ verb: name, by, at_ms: Date.now(), text, standing: 'on_phone' });
      if (name === 'withdraw') Object.assign(one.line, { state: 'withdrawn' });
      one.may = [];
      return saved(id);
    },
  };
}
