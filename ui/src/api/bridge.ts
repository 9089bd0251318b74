/**
 * The development carrier: the same table over a loopback HTTP server. The bridge serves these pages itself, so the
 * base is the page's own address; its token stands in the address once and is moved out of sight at once.
 */
import { CallFailure, type Answer, type Args, type Carrier, type Name } from './carrier';

const KEY = 'xunge-bridge-token';

/** Takes the token out of the address bar (it would stay in history and screenshots) and keeps it for this tab. */
export function takeToken(place: Location, history: History, kept: Storage): string {
  const query = new URLSearchParams(place.search);
  const given = query.get('token');
  if (given === null) return kept.getItem(KEY) ?? '';
  kept.setItem(KEY, given);
  query.delete('token');
  const rest = query.toString();
  history.replaceState(history.state, '', place.pathname + (rest ? `?${rest}` : '') + place.hash);
  return given;
}

export function bridge(base: string, token: string, ask: typeof fetch = (...a) => fetch(...a)): Carrier {
  return {
    async call<N extends Name>(name: N, args: Args<N>): Promise<Answer<N>> {
      let answer: Response;
      try {
        answer = await ask(`${base}/call/${name}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify(args),
        });
      } catch {
        throw new CallFailure('core_unreachable', {}, true);
      }
      let body: unknown;
      try {
        body = await answer.json();
      } catch {
        throw new CallFailure('bad_answer', {}, true);
      }
      if (!answer.ok) throw CallFailure.from(body);
      return body as Answer<N>;
    },
    // An <img> cannot send headers, so the token goes into the query; it opens nothing outside this machine.
    photoUrl: (id, thumbnail) =>
      `${base}/photo/${encodeURIComponent(id)}?token=${encodeURIComponent(token)}${thumbnail ? '&thumbnail=1' : ''}`,
  };
}
