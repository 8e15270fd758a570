// Brings a timeline to what the server shows now. What is the same stays as it is, with its focus and its place on the screen.
"use strict";
const timelines = (() => {
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

  return { merge };
})();
