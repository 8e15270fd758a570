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
    for (const child of [...own.children]) if (!kept.has(child)) child.remove();
    let place = own.firstElementChild;
    for (const node of nodes) {
      if (node === place) place = place.nextElementSibling;
      else own.insertBefore(node, place);
    }
    own.dataset.head = fresh.dataset.head;
    own.toggleAttribute("data-part", fresh.hasAttribute("data-part"));
    if (focused && !focused.isConnected) refocus(document.getElementById(turn), focused.dataset.act);
  }

  // The focus goes to what stands where it was.
  function refocus(article, act) {
    const button = act && article?.querySelector(`[data-act="${act}"]:not(:disabled)`);
    (button ?? article)?.focus({ preventScroll: true });
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

  return { merge, source, released: () => released };
})();
