// The tab's own storage of uploads that have begun. See memory.js.

const NAME = "dengshao.files";

export const nameOf = (place) => `${NAME}.${place}`;

// A browser may refuse its storage; then an upload ends with its page.
export function withStore(act) {
  try {
    return act(window.sessionStorage);
  } catch (refused) {
    return null;
  }
}

// Asked before any script of the files is loaded.
export const isKept = (place) => Boolean(withStore((store) => store.getItem(nameOf(place))));
