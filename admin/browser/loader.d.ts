// hold.js, which comes with the page and loads all other scripts of ours. Apart from types.d.ts: it is
// checked against an older library.
interface Loader {
  load(address: string, isThere: () => boolean, done: (reason: string) => void): void;
  arrive(address: string, done: (reason: string, own: string) => void): void;
}

interface Window {
  DengshaoLoad: Loader;
}
