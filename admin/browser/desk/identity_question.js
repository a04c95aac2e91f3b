// Notices questions that seem to ask who the reporter is. A warning, not a bar: what is asked about
// the other side may sound alike.

const ASKS = [
  /(姓名|名字|尊姓|贵姓|真名|实名|叫什么|怎么称呼)/,
  /(身份证|证件|工号|户口|户籍)/,
  /(电话|手机|号码|联系方式|联系到您|怎么联系|微信|邮箱|QQ|qq)/,
  /(住址|住哪|住在哪|家在哪|家住|哪里人|哪个村的|工作单位|在哪.{0,3}上班|什么工作|职业)/,
  /[您你](本人)?是(谁|哪位|什么人|男|女)/,
  /(性别|民族|宗教|年龄|多大岁数|几岁)/,
  /[您你](和|跟|与).{0,8}(什么关系|啥关系|认识)/,
];
const OTHERS = /(对方|他们|那个?人|那些人|嫌疑|老板|店主)的?$/;

export function asksWhoTheReporterIs(text) {
  return text.split(/[。？！?!\n；;]/).some((sentence) => ASKS.some((ask) => hits(ask, sentence)));
}

function hits(ask, sentence) {
  const found = ask.exec(sentence);
  return found !== null && !OTHERS.test(sentence.slice(0, found.index));
}
