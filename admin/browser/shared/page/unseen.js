// Signs that nobody sees in a stranger's text: those that turn the direction of what stands beside
// them, that take no room, or that are controls. They are shown as their number in a box, so that a
// line reads as it was written and a name is the name it seems to be; the text itself stays as it is.
// admin/web/markup.py shows the same ones on the server's pages.

// All but line ends and tabs. The signs that choose a letter's shape (Mongolian, emoji) move nothing.
const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|\udb40[\udc00-\udc7f]/g;

// Returns the text as a list of texts and of `{code}`, such as "U+202E".
/** @type {(text: string) => (string | { code: string })[]} */
export function parted(text) {
  const parts = [];
  let from = 0;
  text.replace(UNSEEN, (sign, at) => {
    if (at > from) parts.push(text.slice(from, at));
    parts.push({
      code: `U+${Number(sign.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0")}`,
    });
    from = at + sign.length;
    return sign;
  });
  if (from < text.length || !parts.length) parts.push(text.slice(from));
  return parts;
}

// The text as what can be appended to an element.
/** @type {(text: string) => (string | HTMLElement)[]} */
export function seen(text) {
  return parted(text).map((part) => (typeof part === "string" ? part : box(part.code)));
}

/** @type {(code: string) => HTMLElement} */
function box(code) {
  const mark = document.createElement("span");
  mark.className = "unseen";
  mark.textContent = code;
  return mark;
}
