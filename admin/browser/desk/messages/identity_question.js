// Notices questions that seem to ask who the reporter is: a name, a paper, a number, an address, a
// face or voice, work, family, a meeting. A warning, not a bar: what is asked about the other side
// may sound alike, so words that clearly name the other side are let pass.

const ASKS = [
  /姓名|名字|尊姓|贵姓|真名|实名|署名|姓什么|姓啥|叫什么|怎么称呼|如何称呼|称呼您/g,
  /身份证|证件|工号|学号|户口|户籍|身份(?!不)|护照|社保/g,
  /电话|手机|号码|联系方式|联系到您|怎么联系|加个?好友|微信|邮箱|邮件地址|QQ|qq|网名|回电|回个话/g,
  /住址|住哪|住在|家在|家住|门牌|哪里人|哪儿人|老家|哪个村的|籍贯|[您你](现在)?的?(位置|定位)|[您你]现在在哪/g,
  /工作单位|哪个单位|[您你].{0,4}单位|上班|什么工作|做什么的|干什么的|职业|职务|哪个学校|哪个班|在哪里?上学/g,
  /[您你](本人)?到?底?是(谁|哪位|什么人|男|女|不是)|[您你]的?(性别|民族|宗教|年龄|岁数|生日)/g,
  /性别|民族|宗教|信什么教|年龄|多大(了|岁|年纪)|多少岁|几岁|出生/g,
  /[您你](和|跟|与).{0,10}(什么关系|啥关系|认识)|[您你]的?(什么人|家人|孩子|父母|爱人|亲戚)/g,
  /自拍|露(个?脸|面)|长什么样|[您你].{0,3}(长相|照片|样子)|视频通话|开(个)?视频|人脸|声音|发(个|条)?语音/g,
  /见(个)?面|当面(谈|说|聊)|来一趟|来(派出所|所里|局里|我们这)|到(派出所|所里|局里)|做(个)?笔录|出庭|作证/g,
  /[您你].{0,3}(车牌|银行卡|账号|卡号)/g,
];
// Right before the word asked about, without a comma or another 您 between.
const OTHERS =
  /(对方|他们?|她们?|那个?人|那些人|这些人|嫌疑|老板|店主|店里?|公司|厂里?|团伙|头目|司机|被.{1,2}的人|受害|车上?|别人|谁)[^您你，,；;]{0,12}$/;
// What is told not to be given is not asked for.
const SPARED = /(不要|不用|不必|不需要?|不问|无需|别|请勿|不会问)[^，,。]{0,6}$/;

/** @type {(text: string) => boolean} */
export function asksWhoTheReporterIs(text) {
  return text.split(/[。？！?!\n；;]/).some((sentence) => ASKS.some((ask) => hits(ask, sentence)));
}

// All matches of a pattern with the flag g: matchAll is younger than the browsers we serve.
/** @type {(pattern: RegExp, text: string) => RegExpExecArray[]} */
export function matchesOf(pattern, text) {
  /** @type {RegExpExecArray[]} */
  const found = [];
  pattern.lastIndex = 0;
  for (let one = pattern.exec(text); one; one = pattern.exec(text)) found.push(one);
  return found;
}

// Each place where it stands, not the first alone: one sentence may ask after both sides.
/** @type {(ask: RegExp, sentence: string) => boolean} */
function hits(ask, sentence) {
  return matchesOf(ask, sentence).some(({ index }) => {
    const before = sentence.slice(0, index);
    return !OTHERS.test(before) && !SPARED.test(before);
  });
}
