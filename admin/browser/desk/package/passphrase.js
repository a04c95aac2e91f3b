// A passphrase for one package, to be read out: six groups of four digits, 79.7 bits, and each guess
// costs scrypt's 2^17. Digits, because they are heard alike in every dialect.

const GROUPS = 6;
const GROUP = 10000;
// So many of the 2^32 that each group is as likely as every other.
const FAIR = Math.floor(2 ** 32 / GROUP) * GROUP;

export function newPassphrase() {
  return Array.from({ length: GROUPS }, group).join("-");
}

function group() {
  const drawn = new Uint32Array(1);
  do crypto.getRandomValues(drawn);
  while (drawn[0] >= FAIR);
  return String(drawn[0] % GROUP).padStart(4, "0");
}
