// The tab's own storage of uploads that have begun. See reporter/uploading/memory.js.

const NAME = "dengshao.files";

/** @type {(place: string) => string} */
export const nameOf = (place) => `${NAME}.${place}`;

// A browser may refuse its storage; then an upload ends with its page.
/** @type {<T>(act: (store: Storage) => T) => T | null} */
export function withStore(act) {
  try {
    return act(window.sessionStorage);
  } catch {
    return null;
  }
}

// Asked before any script of the files is loaded.
/** @type {(place: string) => boolean} */
export const isKept = (place) => Boolean(withStore((store) => store.getItem(nameOf(place))));

// Of the places of one kind (`mailbox.…`), one alone is kept.
/** @type {(place: string) => void} */
export function forgetOthers(place) {
  const kind = nameOf(place.replace(/[.].*/, "."));
  withStore((store) =>
    Object.keys(store)
      .filter((name) => name.startsWith(kind) && name !== nameOf(place))
      .forEach((name) => store.removeItem(name)),
  );
}
