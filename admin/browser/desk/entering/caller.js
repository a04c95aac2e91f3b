// Notices what looks like somebody's phone number or identity number in typed words.

const MOBILE = /(^|[^0-9])1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])/;
const LANDLINE = /(^|[^0-9])0[0-9]{2,3}[ -]?[0-9]{7,8}(?![0-9])/;
const IDENTITY = /(^|[^0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])/;

/** @type {(text: string) => boolean} */
export function looksLikeNumber(text) {
  const plain = text.normalize("NFKC");
  return [MOBILE, LANDLINE, IDENTITY].some((pattern) => pattern.test(plain));
}
