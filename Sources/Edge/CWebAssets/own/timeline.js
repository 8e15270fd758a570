// What a timeline is made of. It is brought to what the server shows now: what is the same stays as it is, with its focus and its place on
// the screen.
"use strict";
const timelines = (() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const articles = (timeline) => [...timeline.querySelectorAll(":scope > article")];
  const part = (timeline, name) => timeline.querySelector(`:scope > .${name}`);

  // What stands before the turns: earlier turns that were loaded stay, where what is shown joins them.
  function before(own, fresh, first) {
    const earlier = part(fresh, "earlier");
    if (!earlier || !first) return earlier ? [earlier] : [];
    const children = [...own.children];
    return children.slice(0, children.indexOf(first));
  }

  // What somebody was typing in the place of a message stays where questions are typed; where one is there already, below it.
  function keep(words) {
    const isFree = !one("#message").value.trim();
    const field = one(isFree ? "#message" : "#kept-text");
    field.value = isFree ? words : [field.value, words].filter(Boolean).join("\n\n");
    if (!isFree) one("#kept").hidden = false;
    const place = isFree ? "in the field above" : "below";
    one("#problem").textContent = `The message that you were editing was taken back or replaced; your words are ${place}.`;
    return field;
  }

  // Words that are on their way to the server are no longer being typed.
  function remove(element) {
    const field = one(".edit:not([data-sent]) textarea", element);
    const isTyped = field && field.value.trim() && field.value !== field.defaultValue;
    const hadFocus = isTyped && element.contains(document.activeElement);
    const kept = isTyped && keep(field.value);
    element.remove();
    if (hadFocus) kept.focus({ preventScroll: true });
  }

  // A turn whose place another one took goes, with what followed it. Says whether the focus went with them.
  function leave(own, id) {
    const left = id && document.getElementById(`turn-${id}`);
    if (!left) return false;
    const hadFocus = own.contains(document.activeElement);
    while (left.nextElementSibling) remove(left.nextElementSibling);
    remove(left);
    return hadFocus && document.activeElement === document.body;
  }

  one("#kept button.close")?.addEventListener("click", () => {
    one("#kept").hidden = true;
    one("#kept-text").value = "";
    one("#message").focus();
  });

  // `isLive`: the stream goes on, and tells of a turn that runs; what the server shows of that one is left alone.
  function merge(own, fresh, isLive) {
    const known = new Map(articles(own).map((article) => [article.id, article]));
    const wanted = articles(fresh);
    const focused = own.contains(document.activeElement) ? document.activeElement : null;
    const turn = focused?.closest("article")?.id;
    const runs = ({ dataset }) => isLive && dataset.status === "generating";
    const turns = wanted.flatMap((article) => {
      const same = known.get(article.id);
      if (runs(article)) return same ? [same] : [];
      const stays = same && (runs(same) || same.querySelector(".edit") || same.outerHTML === article.outerHTML);
      return [stays ? same : article];
    });
    const nodes = [...before(own, fresh, known.get(wanted[0]?.id)), ...turns, part(fresh, "later")].filter(Boolean);
    const kept = new Set(nodes);
    for (const child of [...own.children]) if (!kept.has(child)) remove(child);
    let place = own.firstElementChild;
    for (const node of nodes) {
      if (node === place) place = place.nextElementSibling;
      else own.insertBefore(node, place);
    }
    own.dataset.head = fresh.dataset.head;
    own.toggleAttribute("data-part", fresh.hasAttribute("data-part"));
    if (focused && !focused.isConnected && document.activeElement === document.body) {
      refocus(document.getElementById(turn) ?? articles(own).at(-1), focused.dataset.act);
    }
  }

  // The focus goes to what stands where it was, or to its turn where that cannot have it.
  function refocus(article, act) {
    for (const place of [act && article?.querySelector(`[data-act="${act}"]:not(:disabled)`), article]) {
      if (document.activeElement === document.body) place?.focus?.({ preventScroll: true });
    }
  }

  // What is pressed stays until it is let go, and no longer than a second: its click would go with it.
  let released, release;
  document.addEventListener("pointerdown", () => {
    released = new Promise((resolve) => setTimeout((release = resolve), 1000));
  });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(() => release?.()));

  // A source of an answer that is being written.
  function source(found) {
    const made = one("#new-source").content.firstElementChild.cloneNode(true);
    const link = one("a", made);
    const query = new URLSearchParams({ start: found.start, end: found.end, ...(found.page && { page: found.page }) });
    link.href = `/documents/${encodeURIComponent(found.document.id)}?${query}#passage`;
    one("bdi", link).textContent = plain(found.title);
    one(".number", made).textContent = found.number;
    const place = [found.page && `page ${found.page}`, found.section_heading].filter(Boolean);
    one(".section", made).textContent = plain(place.join(" · "));
    one("p", made).textContent = plain(found.summary);
    return made;
  }

  return { keep, leave, merge, source, released: () => released };
})();
