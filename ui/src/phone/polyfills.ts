/** The few functions that Chromium 80 lacks and our libraries call. Syntax is lowered by the build. */

function at<T>(this: ArrayLike<T>, index: number): T | undefined {
  const i = Math.trunc(index) || 0;
  return this[i < 0 ? this.length + i : i];
}

function put(on: object, name: string, value: unknown): void {
  if (!(name in on)) Object.defineProperty(on, name, { value, writable: true, configurable: true });
}

put(Array.prototype, 'at', at);
put(String.prototype, 'at', at);
put(Object, 'hasOwn', (on: object, name: PropertyKey) => Object.prototype.hasOwnProperty.call(on, name));
put(String.prototype, 'replaceAll', function (this: string, what: string | RegExp, by: string) {
  return typeof what === 'string' ? this.split(what).join(by) : this.replace(what, by);
});
