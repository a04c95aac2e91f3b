// WeChat's browser belongs to an account with a real name: say so, and how to get out of it.

export function tellWeChat(userAgent) {
  document.getElementById("wechat").hidden = !/MicroMessenger/i.test(userAgent);
}
