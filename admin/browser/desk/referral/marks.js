// What in a tip's words may tell who wrote it: found by a few exact rules, to be struck by a press.
// Pure. The rules only mark: what stays and what goes is a member's choice, who reads the whole.

// What stands in the place of struck words.
export const STRUCK = "〔略〕";

const SELF = "(?:我|俺|咱|本人|鄙人)们?";
// Up to the end of a sentence or a clause.
const REST = "[^,.;:!?。、\\n]";
const KIN =
  "(?:爸爸?|妈妈?|父母|父亲?|母亲?|爹|娘|老公|老婆|丈夫|妻子|爱人|媳妇|对象|[男女]朋?友|儿子|女儿|孩子|小孩|娃|[表堂]?[哥姐弟妹]{1,2}|" +
  "爷爷|奶奶|外[公婆]|姥[爷姥]|叔叔?|伯伯?|舅舅?|姑姑?|姨妈?|婶婶?|嫂子?|岳[父母]|公公|婆婆|孙[子女]|侄[子女]?|外甥女?|亲戚|邻居|房东|" +
  "同事|同学|老师|朋友|室友|老板|单位|公司|学校|班|店|厂|家|村|组|楼|小区|院|隔壁)";
const DAY_PART =
  "(?:凌晨|清[晨早]|大?早上|早晨|[上中下]午|正午|午后|傍晚|黄昏|[今昨当]晚|今早|晚上|[夜半]里|夜间|[半深]夜)";
const NUMBER =
  "(?:2[0-4]|[01]?\\d|二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九])";
const MINUTE =
  "(?:半|整|[一三]刻|[0-5]?\\d分?|[一二三四五]?十[一二三四五六七八九]?分?|零?[一二三四五六七八九]分|多|左右|许|钟)";
const ENDINGS =
  "(?:jpe?g|png|heic|heif|webp|gif|mp4|mov|avi|mp3|m4a|amr|wav|aac|pdf|docx?|xlsx?|pptx?|txt|zip|rar)";

// `notAfter` looks at the sign before a find: a number in the midst of a longer one is none.
/** @typedef {{ name: MarkName, pattern: RegExp, notAfter?: RegExp }} Rule */

/** @type {(name: MarkName, source: string, notAfter?: RegExp, flags?: string) => Rule} */
const rule = (name, source, notAfter, flags = "g") => ({
  name,
  pattern: new RegExp(source, flags),
  notAfter,
});
const DIGIT = /\d/;

// What opens something: never in a package, not even by a member's will.
const SECRETS = [
  rule("receipt", "(?:\\d[\\s-]?){35}\\d(?!\\d)", DIGIT),
  rule("key", "AGE-SECRET-KEY-[A-Z0-9-]+|age1[a-z0-9]{20,}"),
];

/** @type {Rule[]} */
const RULES = [
  ...SECRETS,
  rule(
    "identity",
    "[1-9]\\d{5}(?:18|19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])\\d{3}[\\dXx](?!\\d)",
    DIGIT,
  ),
  rule("account", "\\d{4}(?:[ -]?\\d{4}){3}(?:[ -]?\\d{1,3})?(?!\\d)", DIGIT),
  rule("phone", "(?:\\+?86[ -]?)?1[3-9]\\d[ -]?\\d{4}[ -]?\\d{4}(?!\\d)", DIGIT),
  rule("phone", "(?:0\\d{2,3}[ -]?\\d{7,8}|[48]00[ -]?\\d{3}[ -]?\\d{4})(?!\\d)", DIGIT),
  rule("phone", "(?:电话|座机|手机|号码)(?:是|为|:)? ?\\d{5,12}(?!\\d)"),
  rule("contact", "[\\w.%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+"),
  rule(
    "contact",
    "(?:微信|vx|qq|wechat|邮箱|抖音|快手|微博|支付宝)(?:号码?|[帐账]号)?(?:是|为|:)? ?[\\w@.-]{5,30}",
    undefined,
    "gi",
  ),
  rule("home", `(?:家住|住在|我住|租住|住址|老家|户口)${REST}{1,20}`),
  rule("family", `${SELF}的?家?的?${KIN}`),
  rule(
    "family",
    "\\b[Mm]y (?:\\w+ )?(?:wife|husband|mother|father|son|daughter|child|children|brother|sister|parents|family|neighbour|neighbor|boss|house|home|school|shop)\\b",
  ),
  rule("role", `${SELF}[就只]?是${REST}{1,15}`),
  rule(
    "role",
    `作为${REST}{0,8}(?:员工|职工|工人|司机|邻居|家长|学生|老师|租客|房东|村民|业主|亲戚|同事|股东|会计)`,
  ),
  rule("there", `${SELF}${REST}{0,6}(?:[看听]见|[看听]到|[碰遇撞]见|[碰遇]到|[拍录][下到])`),
  rule("there", "亲[眼耳](?:[看听所见目睹到]{1,2})?|亲身(?:经历)?|目击|目睹|在场|偷[拍录听]"),
  rule("there", "(?:当时|正好|刚好|恰好)(?:在|路过|经过)|路过|[正就]在(?:旁边|现场|那里|那儿)"),
  rule(
    "there",
    "\\bI (?:was there|saw|heard|witnessed|watched|filmed|recorded|photographed)\\b|\\bmy own eyes\\b",
  ),
  rule("self", `${SELF}(?![国军党省市县])`, /[自忘唯]/),
  rule("self", "\\b(?:I|[Mm]e|[Mm]y|[Mm]ine|[Mm]yself|[Ww]e|[Uu]s|[Oo]urs?)\\b"),
  rule("hour", `${DAY_PART}(?: ?${NUMBER}[点时:]${MINUTE}*)?`),
  rule("hour", `${NUMBER}点${MINUTE}+`, /[\d零一二两三四五六七八九十]/),
  rule("hour", "(?:2[0-4]|[01]?\\d)点(?![要意建原理情内问希])", DIGIT),
  rule("hour", "(?:2[0-4]|[01]?\\d)时(?:[0-5]?\\d分|许|整|左右)?(?![间候代期常])", DIGIT),
  rule("hour", "(?:2[0-4]|[01]?\\d):[0-5]\\d(?::[0-5]\\d)?(?![\\d:])", /[\d:]/),
  rule("hour", "(?:1[0-2]|0?[1-9])(?::[0-5]\\d)? ?[ap]\\.?m\\b\\.?", DIGIT, "gi"),
  rule("hour", "\\b(?:morning|afternoon|evening|night|noon|midnight)\\b", undefined, "gi"),
  rule(
    "file",
    "(?:IMG|VID|DSC|PXL|MVIMG|Screenshot|mmexport|wx_camera|微信图片|微信视频|QQ图片|录音)[_-]?\\d[\\w-]*(?:\\.[A-Za-z0-9]{2,4})?",
  ),
  rule("file", `[^\\s,;:!?。、"'“”()<>《》]{1,60}\\.${ENDINGS}(?![A-Za-z0-9])`, undefined, "gi"),
  rule("spot", "-?\\d{1,3}\\.\\d{4,}", /[\d.]/),
];

// Full-width digits, letters and signs are read as the plain ones; no place moves.
/** @type {(text: string) => string} */
const plain = (text) =>
  text
    .replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, " ");

// Finds what may tell who wrote it: places in the text, in order, none over another. What two rules
// find together is one mark, by the name of the one that begins first.
/** @type {(text: string) => Mark[]} */
export function marksIn(text) {
  const read = plain(text);
  const found = RULES.reduce(
    (all, one) => all.concat(foundBy(one, read)),
    /** @type {Mark[]} */ ([]),
  );
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  return found.reduce(joined, /** @type {Mark[]} */ ([]));
}

/** @type {(one: Rule, text: string) => Mark[]} */
function foundBy({ name, pattern, notAfter }, text) {
  /** @type {Mark[]} */
  const found = [];
  pattern.lastIndex = 0;
  for (let hit = pattern.exec(text); hit; hit = pattern.exec(text)) {
    const start = hit.index;
    if (notAfter && notAfter.test(text.charAt(start - 1))) pattern.lastIndex = start + 1;
    else found.push({ name, start, end: start + hit[0].length });
  }
  return found;
}

/** @type {(all: Mark[], mark: Mark) => Mark[]} */
function joined(all, mark) {
  const last = all[all.length - 1];
  if (!last || mark.start >= last.end) return all.concat(mark);
  last.end = Math.max(last.end, mark.end);
  return all;
}

/** @type {(text: string, marks?: Mark[]) => string} */
export const struck = (text, marks = marksIn(text)) =>
  marks.reduceRight(
    (left, { start, end }) => left.slice(0, start) + STRUCK + left.slice(end),
    text,
  );

// What no package may hold, whatever a member typed: receipts and keys, and the secrets of this tip.
/** @type {(text: string, secrets: string[]) => boolean} */
export const holdsSecret = (text, secrets) =>
  SECRETS.some((one) => foundBy(one, plain(text)).length > 0) ||
  secrets.some((secret) => secret !== "" && text.includes(secret));
