/** Which names have room on a map: each takes its box in turn, and one that would lie over another is left out. Pixels. */
export interface Spot {
  /** The middle. */
  x: number;
  y: number;
}

export interface Room {
  /** Takes the place whatever lies there: what must be seen. */
  take: (at: Spot, width: number, height: number) => void;
  /** Takes the place if it is clear, and says whether it was. */
  fits: (at: Spot, width: number, height: number) => boolean;
}

export function roomOnMap(): Room {
  const taken: { left: number; right: number; top: number; bottom: number }[] = [];
  const box = (at: Spot, width: number, height: number) => ({
    ...{ left: at.x - width / 2, right: at.x + width / 2 },
    ...{ top: at.y - height / 2, bottom: at.y + height / 2 },
  });
  return {
    take: (at, width, height) => void taken.push(box(at, width, height)),
    fits(at, width, height) {
      const mine = box(at, width, height);
      const clear = taken.every(
        (one) => one.right <= mine.left || one.left >= mine.right || one.bottom <= mine.top || one.top >= mine.bottom,
      );
      if (clear) taken.push(mine);
      return clear;
    },
  };
}

/** Width of a word in letters of that size; Chinese letters are as wide as high. */
export const widthOf = (text: string, size: number): number =>
  [...text].reduce((n, c) => n + (c > '\u2e7f' ? size : size * 0.62), 0);
