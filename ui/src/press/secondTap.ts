/**
 * The second tap of a hurried or a trembling finger is meant for what the first one pressed. If that has gone meanwhile – a
 * sheet closed, a card was done with and the next moved up, another page came –, it would press whatever lies under the
 * finger now: merge the next two records, note a visit nobody made. So when something pressed leaves from under the finger,
 * a shield lies on that place until a tap can be meant for what is there. The rest of the page stays as it was.
 */

/** From the change until a tap counts again: two taps of one go are at most this far apart. */
const SHIELD_MS = 500;
/** A deed that takes longer shows that it is under way, and its button is no longer tapped for that reason. */
const WATCH_MS = 3_000;
/** The side of the shield, in CSS pixels: the tip of a finger that does not hit the same spot twice. */
const SIDE = 96;
const PRESSABLE = 'button, a, label, input, select, textarea, summary, [role=button]';

interface Press {
  what: Element;
  x: number;
  y: number;
  at: number;
}

let last: Press | undefined;
let shield: HTMLElement | undefined;
let lift: ReturnType<typeof setTimeout> | undefined;

/** Whether what was pressed lies no longer where it was pressed. */
function left(press: Press): boolean {
  const there = document.elementFromPoint(press.x, press.y);
  return !there || !press.what.contains(there);
}

function raise({ x, y }: Press): void {
  clearTimeout(lift);
  shield ??= document.body.appendChild(document.createElement('div'));
  shield.className = 'second-tap';
  // A tap on it takes neither the focus nor the keyboard away.
  shield.onmousedown = (event) => event.preventDefault();
  Object.assign(shield.style, {
    ...{ position: 'fixed', zIndex: '9999', width: `${SIDE}px`, height: `${SIDE}px` },
    ...{ left: `${x - SIDE / 2}px`, top: `${y - SIDE / 2}px` },
  });
  lift = setTimeout(() => {
    shield?.remove();
    shield = undefined;
  }, SHIELD_MS);
}

function watch(press: Press): void {
  if (press !== last) return;
  if (left(press)) {
    last = undefined;
    raise(press);
  } else if (performance.now() - press.at < WATCH_MS) {
    requestAnimationFrame(() => watch(press));
  } else {
    last = undefined;
  }
}

const near = (press: Press, x: number, y: number) =>
  Math.abs(x - press.x) < SIDE / 2 && Math.abs(y - press.y) < SIDE / 2;

function pressed(event: MouseEvent): void {
  // Pressed by a key or by a program: no finger lies anywhere.
  if (event.detail === 0 || !(event.target instanceof Element) || event.target === shield) return;
  const { clientX: x, clientY: y } = event;
  // It came after the change and before the page was drawn with it.
  if (last && near(last, x, y) && left(last)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    raise(last);
    last = undefined;
    return;
  }
  const press = { what: event.target.closest(PRESSABLE) ?? event.target, x, y, at: performance.now() };
  // The click that a label passes on to its field happens elsewhere.
  if (left(press)) return;
  last = press;
  watch(press);
}

/** For the life of the page; before any of its own listeners. */
export function guardSecondTaps(): void {
  document.addEventListener('click', pressed, { capture: true });
  // The finger moves the page: what it pressed before leaves for that reason.
  const moved = () => (last = undefined);
  document.addEventListener('pointercancel', moved, { capture: true, passive: true });
  document.addEventListener('wheel', moved, { capture: true, passive: true });
}
