// The form's comforts, which need no keys: a guard over what was typed, one question a screen, the kind
// that the words sound like, and a word to whoever reads this inside WeChat. Each of them is a help; the
// form works without any.

import { callKinds } from "../kinds/call.js";
import { guardWords } from "./guard.js";
import { tellWeChat } from "./wechat.js";

/** @type {(form: HTMLFormElement) => void} */
export function startForm(form) {
  tellWeChat(navigator.userAgent);
  callKinds(form);
  guardWords(form);
}
