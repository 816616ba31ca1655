// Where the app's own router is: behind the `#` of the page's address, so that a reload and the browser's Back keep it.

export function currentPlace(): string {
  return location.hash.slice(1) || "/";
}

/** Moves the app there. */
export function showPlace(place: string): void {
  location.hash = place;
}

/** Notes a step that the app has made by itself. */
export function recordPlace(place: string, replace: boolean): void {
  history[replace ? "replaceState" : "pushState"](null, "", `${location.pathname}${location.search}#${place}`);
}
