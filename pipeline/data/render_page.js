// Search and filters of the page. Text is only ever set as text, never as HTML; nothing is fetched and nothing is stored.
"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const cards = Array.from(document.querySelectorAll(".evidence"));
  const quotes = cards.map((card) => card.querySelector("blockquote"));
  const originals = quotes.map((quote) => quote.textContent);
  const search = document.getElementById("search");
  const status = document.getElementById("status");
  const none = document.getElementById("none");
  const toggle = document.getElementById("toggle");
  const filters = data.filters.map((name) => ({ name: name, select: document.getElementById("filter_" + name) }));
  const unseen = /[\u200b\u200c\u200d\u2060\u00ad]/;
  const above = /[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0300-\u036f]/;

  // A text as it is compared: small letters, Arabic digits, sara am in two, nothing unseen; each letter knows where it stood.
  function fold(text) {
    const letters = [], places = [];
    for (let at = 0; at < text.length; at++) {
      let letter = text[at];
      if (unseen.test(letter)) continue;
      if (letter >= "๐" && letter <= "๙") letter = String.fromCharCode(letter.charCodeAt(0) - 0x0e50 + 48);
      letter = letter === "ำ" ? "ํา" : letter.toLowerCase();
      for (const one of letter) { letters.push(one); places.push(at); }
    }
    return { text: letters.join(""), places: places };
  }
  const folded = data.rows.map((row) => fold(row.text).text);

  function words() {
    return search.value.normalize("NFC").split(/\s+/).map((word) => fold(word).text).filter(Boolean);
  }
  function fits(number, wanted, except) {
    for (const filter of filters) {
      if (filter.name !== except && filter.select.value && !data.rows[number][filter.name].includes(filter.select.value)) return false;
    }
    return wanted.every((word) => folded[number].includes(word));
  }
  function highlight(number, wanted) {
    const text = originals[number], own = fold(text), marked = new Array(text.length).fill(false);
    for (const word of wanted) {
      for (let at = own.text.indexOf(word); at >= 0; at = own.text.indexOf(word, at + 1)) {
        let end = own.places[at + word.length - 1] + 1;
        while (end < text.length && above.test(text[end])) end++;
        marked.fill(true, own.places[at], end);
      }
    }
    const parts = [];
    for (let start = 0, at = 1; at <= text.length; at++) {
      if (at < text.length && marked[at] === marked[start]) continue;
      const piece = document.createElement(marked[start] ? "mark" : "span");
      piece.textContent = text.slice(start, at);
      parts.push(piece);
      start = at;
    }
    quotes[number].replaceChildren(...(parts.length ? parts : [text]));
  }
  function count() {
    const wanted = words();
    for (const filter of filters) {
      const counts = new Map();
      let all = 0;
      data.rows.forEach((row, number) => {
        if (!fits(number, wanted, filter.name)) return;
        all++;
        for (const code of row[filter.name]) counts.set(code, (counts.get(code) || 0) + 1);
      });
      for (const option of filter.select.options) {
        option.textContent = option.dataset.name + " (" + (option.value ? counts.get(option.value) || 0 : all) + ")";
      }
    }
  }
  function update() {
    const wanted = words();
    let shown = 0;
    cards.forEach((card, number) => {
      const fit = fits(number, wanted, "");
      card.hidden = !fit;
      if (fit) { shown++; highlight(number, wanted); }
    });
    status.textContent = data.words.shown.replace("{0}", shown).replace("{1}", cards.length);
    none.hidden = shown > 0;
    count();
  }
  function clear() {
    search.value = "";
    for (const filter of filters) filter.select.value = "";
    update();
  }
  function open(all) {
    for (const details of document.querySelectorAll("details")) details.open = all;
    toggle.textContent = all ? data.words.close : data.words.open;
    toggle.dataset.open = all ? "1" : "";
  }

  // A citation leads to its quote even where a filter hides it.
  function reveal() {
    const card = location.hash.startsWith("#evidence_") && document.getElementById(location.hash.slice(1));
    if (!card) return;
    if (card.hidden) { clear(); card.scrollIntoView(); }
    card.querySelector("details").open = true;
  }
  let before = [];
  window.addEventListener("beforeprint", () => {
    before = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of before) details.open = true;
  });
  window.addEventListener("afterprint", () => { for (const details of before) details.open = false; });
  window.addEventListener("hashchange", reveal);
  search.addEventListener("input", update);
  for (const filter of filters) filter.select.addEventListener("change", update);
  document.getElementById("clear").addEventListener("click", () => { clear(); search.focus(); });
  toggle.addEventListener("click", () => open(!toggle.dataset.open));
  document.getElementById("controls").hidden = false;
  update();
  reveal();
})();
