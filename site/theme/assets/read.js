// Reads the main text aloud, paragraph by paragraph, with a voice that lives in this device. Voices
// from afar would be sent the words: they are never used, and without a voice here no button shows.
(function () {
  "use strict";
  var speech = window.speechSynthesis;
  var button = /** @type {HTMLElement} */ (document.getElementById("read"));
  if (!button || !speech || !window.SpeechSynthesisUtterance) return;

  var BLOCKS = "h1,h2,h3,p,li,dt,dd,th,td,summary,blockquote";
  var language = document.documentElement.lang.slice(0, 2);
  var start = button.textContent;
  /** @type {HTMLElement[]} */
  var queue = [];
  /** @type {HTMLElement | null} */
  var shown = null;
  // Tells the ends of a reading that was stopped from those of the present one.
  var turn = 0;
  var reading = false;

  function findVoice() {
    return speech.getVoices().filter(function (voice) {
      return voice.localService && voice.lang.slice(0, 2).toLowerCase() === language;
    })[0];
  }

  // What a block says itself, without the blocks inside it: those have a turn of their own.
  /** @type {(block: Element) => string} */
  function wordsOf(block) {
    return Array.prototype.filter
      .call(block.childNodes, function (/** @type {any} */ node) {
        return !node.matches || !(node.matches(BLOCKS + ",ul,ol,dl") || node.querySelector(BLOCKS));
      })
      .map(function (node) {
        return node.textContent;
      })
      .join("")
      .trim();
  }

  function findBlocks() {
    /** @type {NodeListOf<HTMLElement>} */
    var all = /** @type {Element} */ (document.getElementById("main")).querySelectorAll(BLOCKS);
    return Array.prototype.filter.call(all, function (one) {
      return one.offsetParent && !one.closest(".no-print") && wordsOf(one);
    });
  }

  /** @param {HTMLElement | null} block */
  function mark(block) {
    if (shown) shown.classList.remove("reading");
    shown = block;
    if (!block) return;
    block.classList.add("reading");
    block.scrollIntoView({ block: "nearest" });
  }

  function stop() {
    turn += 1;
    queue = [];
    speech.cancel();
    mark(null);
    reading = false;
    button.textContent = start;
  }

  function readNext() {
    var block = queue.shift();
    var mine = turn;
    var voice = findVoice();
    if (!block || !voice) return stop();
    var words = new window.SpeechSynthesisUtterance(wordsOf(block));
    words.voice = voice;
    words.lang = voice.lang;
    words.rate = 0.9;
    words.onend = words.onerror = function () {
      if (mine === turn) readNext();
    };
    mark(block);
    speech.speak(words);
  }

  function toggle() {
    if (reading) return stop();
    reading = true;
    queue = findBlocks();
    button.textContent = /** @type {string} */ (button.dataset.stop);
    readNext();
  }

  function show() {
    button.hidden = !findVoice();
  }

  button.addEventListener("click", toggle);
  document.addEventListener("leave", stop);
  window.addEventListener("pagehide", stop);
  if (speech.addEventListener) speech.addEventListener("voiceschanged", show);
  show();
})();
