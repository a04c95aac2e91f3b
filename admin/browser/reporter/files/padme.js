// How long a file is made before it is sealed, so that its length tells little about it.
// Padmé: https://petsymposium.org/popets/2019/popets-2019-0056.pdf, at most 12 % more.
// admin/sealing/padme.py does the same.

// No file is told apart from another below this.
export const LEAST = 65536;
const MIB = 1048576;
// A tip for the supervisory unit shows neither number nor size of its files: one of these lengths.
export const STEPS = [4, 16, 64, 256, 1024, 2304].map((size) => size * MIB);

// Beyond 32 bits no bit operation holds: hence arithmetic.
/** @type {(length: number) => number} */
export function padme(length) {
  if (length < 2) return length;
  const exponent = log2(length);
  const unit = 2 ** (exponent - (log2(exponent) + 1));
  return unit > 1 ? Math.ceil(length / unit) * unit : length;
}

// A file's padded length.
/** @type {(size: number) => number} */
export const paddedSize = (size) => padme(Math.max(size, LEAST));

// The length of all files of a supervisory tip together; undefined where they are too much.
/** @type {(size: number) => number | undefined} */
export const steppedSize = (size) => STEPS.find((step) => step >= size);

// The largest whole exponent. Math.log2 may be off by one beside a power of two.
/** @type {(number: number) => number} */
function log2(number) {
  let exponent = 0;
  for (let rest = number; rest >= 2; rest = Math.floor(rest / 2)) exponent += 1;
  return exponent;
}
