/**
 * A stretch of time that stands still while somebody holds it: a finger on the bar, a page out of sight. One thing runs
 * down at a time; who holds stays holding when another one takes its place.
 */

/** What is left at least once nobody holds any more: enough to read again and press, ms. */
export const GRACE_MS = 4000;

export class Countdown {
  private readonly holds = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private done: (() => void) | null = null;
  private left = 0;
  private since = 0;

  /** Counts `ms` from now, instead of what ran before. */
  start(ms: number, done: () => void): void {
    this.stop();
    this.left = ms;
    this.done = done;
    this.run();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.done = null;
  }

  /** Stands still until everybody who held let go. */
  hold(who: string): void {
    if (this.holds.size === 0 && this.timer !== undefined) {
      clearTimeout(this.timer);
      this.timer = undefined;
      this.left = Math.max(GRACE_MS, this.left - (performance.now() - this.since));
    }
    this.holds.add(who);
  }

  release(who: string): void {
    if (this.holds.delete(who)) this.run();
  }

  private run(): void {
    if (this.holds.size > 0 || !this.done || this.timer !== undefined) return;
    this.since = performance.now();
    this.timer = setTimeout(() => {
      const { done } = this;
      this.stop();
      done?.();
    }, this.left);
  }
}
