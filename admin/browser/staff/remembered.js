// The member codes that an enrolled browser keeps, only where its member ticked the box.
//
// A code alone opens nothing: the passphrase is never kept.

const CODES = "dengshao.codes";

function read() {
  try {
    return Object.assign({ last: "", codes: {} }, JSON.parse(localStorage.getItem(CODES)));
  } catch (error) {
    return { last: "", codes: {} };
  }
}

const write = (kept) => localStorage.setItem(CODES, JSON.stringify(kept));

export const lastName = () => read().last;

export const codeOf = (name) => read().codes[name] || "";

export function remember(name, code) {
  const { codes } = read();
  write({ last: name, codes: Object.assign(codes, { [name]: code }) });
}

export function forgetCode(name) {
  const { last, codes } = read();
  delete codes[name];
  if (Object.keys(codes).length) write({ last: last === name ? "" : last, codes });
  else localStorage.removeItem(CODES);
}
