// Notices words that send the reporter to look, film, follow or go near. Somebody who does so for us
// may be hurt, or be known by it: we ask only what is known already.

import { matchesOf } from "./identity_question.js";

const DONE = "(?!到过?|过|了|的|着)";
const DEEDS = [
  `(偷偷?)?(拍|录(音|像)?|摄)${DONE}`,
  `跟(踪|着|上|去)|尾随|盯(着|住|梢)?${DONE}|蹲(守|点)|守(着|在)|监视|留意(着|他|她)|看着(他|她)`,
  `靠近|走近|凑近|接近|混进|潜入|卧底|进去|闯|上门`,
  `打听|打探|套(话|他|她)|问问(他|她|邻居|别人|村里|旁边|店)|问(清|一下他|他|她)|摸(清|底)`,
  `查(一下|一查|查|清|明|实|看|他|她|这|那|$)|调查|核实|搜集|收集|取(证|回)|找(到)?证据|拿(到)?证据|弄(到|来|份)|翻(看|拍)|拷贝`,
  `试(着)?买|买(一)?(点|包|次)|假装|装作|引(他|她|出来)|约(他|她)|诱`,
  `阻止|拦(住|下)|制止|抓住|对质|作对`,
].join("|");
const BIDS =
  "(请您?|麻烦|劳烦|帮|去|再|继续|多|最好|能不能|能否|可不可以|可以|可否|方便|试着|想办法|设法|想想办法|下次|有机会|尽量|需要您|希望您)";
// From the bidding to the deed: a few words, none of which turns it into a question of what is.
const BETWEEN = "[^，,。？！?!；;\\n问说讲写有否]{0,8}?";
const ERRAND = new RegExp(`${BIDS}${BETWEEN}(${DEEDS})`, "g");
const SPARED = /(不要|不用|不必|不需要?|无需|千万别|别|请勿|切勿|没有?)[^，,。]{0,8}$/;
// What the desk or the police will do themselves.
const OURS = /(^|[^帮替给为])(我们|民警|警察|警方|工作人员|同事)[^您你帮请]{0,8}$/;

/** @type {(text: string) => boolean} */
export function sendsOnErrand(text) {
  return text.split(/[，,。？！?!\n；;]/).some((part) =>
    matchesOf(ERRAND, part).some((found) => {
      // Up to the deed itself: a refusal may stand between the bidding and it.
      const before = part.slice(0, found.index + found[0].length - found[2].length);
      return !SPARED.test(before) && !OURS.test(before);
    }),
  );
}
