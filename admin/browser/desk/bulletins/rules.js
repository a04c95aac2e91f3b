// The list that a 办结通报 is held to, as admin/district/bulletins.py makes it: the same patterns in the
// same order. A letter that a rule has found is hidden from the later ones. Pure.

const HIDDEN = "□";
const SHOWN = 16;

// One way of writing: half-width signs, no spaces but line breaks, nothing unseen.
/** @type {(text: string) => string} */
export const normal = (text) => text.normalize("NFKC").replace(/[^\S\n]|\p{Cf}/gu, "");

/** @type {(pattern: RegExp, text: string) => string} */
const hide = (pattern, text) => text.replace(pattern, (found) => HIDDEN.repeat(found.length));

/** @type {(rules: BulletinRules, text: string) => BulletinFinding[]} */
export function check({ plain, rules }, text) {
  const whole = normal(text);
  let open = hide(new RegExp(plain, "gu"), whole);
  /** @type {BulletinFinding[]} */
  const findings = [];
  rules.forEach((rule) => {
    if (rule.unless && new RegExp(rule.unless, "u").test(whole)) return;
    const pattern = new RegExp(rule.pattern, "gu");
    (rule.whole ? whole : open).replace(pattern, (found, ...rest) => {
      const at = /** @type {number} */ (rest.find((one) => typeof one === "number"));
      const words = shown(whole.slice(at, at + found.length));
      const say = own(rule.says, words) || rule.say;
      findings.push({ rule: rule.id, what: rule.zh, words, say, warns: rule.warns });
      return found;
    });
    if (!rule.whole) open = hide(pattern, open);
  });
  return findings;
}

/** @type {(table: Record<string, string>, key: string) => string | null} */
const own = (table, key) => (Object.prototype.hasOwnProperty.call(table, key) ? table[key] : null);

/** @type {(words: string) => string} */
function shown(words) {
  const letters = Array.from(words.replace(/^\n+|\n+$/g, ""));
  return letters.length <= SHOWN ? letters.join("") : `${letters.slice(0, SHOWN).join("")}…`;
}
