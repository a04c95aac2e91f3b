// WeChat's browser belongs to an account with a real name: say so, and how to get out of it.

import { byId } from "../../shared/page/element.js";

/** @type {(userAgent: string) => void} */
export function tellWeChat(userAgent) {
  byId("wechat").hidden = !/MicroMessenger/i.test(userAgent);
}
