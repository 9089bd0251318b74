/**
 * The back button, in one testable place. Whatever lies over a page (a sheet, the photo viewer, the keyboard) puts a
 * closer here; one press closes the topmost only. With nothing on top the press belongs to the router.
 */
export class BackStack {
  private readonly closers: Array<() => void> = [];

  /** Puts a closer on top; the answer takes it away again (harmless when it is gone). */
  push(close: () => void): () => void {
    this.closers.push(close);
    return () => {
      const at = this.closers.lastIndexOf(close);
      if (at >= 0) this.closers.splice(at, 1);
    };
  }

  /** Whether something lay on top; it was closed. */
  press(): boolean {
    const close = this.closers.pop();
    if (!close) return false;
    close();
    return true;
  }

  get depth(): number {
    return this.closers.length;
  }
}

export const back = new BackStack();
