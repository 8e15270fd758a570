// What a search finds, asked of the API page by page.
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const query = new URLSearchParams(location.search).get("q")?.trim();
  const found = one("#found");
  const more = one("#more");
  const atOnce = 20;
  // Pages in a row on which nothing is any more, as of a conversation that was deleted; after these it is left to the reader.
  const emptyPages = 10;
  if (!query) return void one("#query").focus();
  let cursor, isBusy = false;

  const id = encodeURIComponent;
  const kinds = {
    message: (item) => ({
      address: `/sessions/${id(item.session_id)}?turn=${id(item.turn_id)}#turn-${id(item.turn_id)}`,
      title: item.title,
      about: item.role === "user" ? "You said" : "An answer",
    }),
    session: (item) => ({ address: `/sessions/${id(item.session_id)}`, title: item.title, about: "A conversation’s name" }),
    document: (item) => ({ address: `/documents/${id(item.document_id)}`, title: item.title || item.filename, about: "A document" }),
  };

  function row(item) {
    const { address, title, about } = kinds[item.type](item);
    const made = one("#new-found").content.firstElementChild.cloneNode(true);
    one("a", made).href = address;
    one("bdi", made).textContent = plain(title ?? "");
    one("span", made).textContent = about;
    // A name is its own snippet.
    if (item.type === "session") one("p", made).remove();
    else one("p", made).textContent = plain(item.snippet ?? "");
    return made;
  }

  async function load() {
    if (isBusy) return;
    isBusy = true;
    one("#problem").textContent = "";
    try {
      for (let count = 1; count <= emptyPages; count++) {
        const asked = new URLSearchParams({ q: query, limit: atOnce, ...(cursor && { cursor }) });
        const response = await fetch(`/api/v1/search?${asked}`);
        if (!response.ok) {
          await showProblem(one("#problem"), response);
          break;
        }
        if (show(await response.json()) || !cursor) break;
      }
    } catch {
      one("#problem").textContent = unreachable;
    }
    more.hidden = !cursor;
    isBusy = false;
  }

  // How much of it there was.
  function show({ items, next_cursor: next }) {
    const rows = items.filter(({ type }) => type in kinds).map(row);
    const isFirst = !found.childElementCount;
    found.append(...rows);
    cursor = next;
    const count = found.childElementCount;
    if (count) one("#told").textContent = `${count}${next ? " and more" : ""} found.`;
    else one("#told").textContent = next ? "Nothing was found yet." : "Nothing was found. Words that stand everywhere are not searched.";
    if (!isFirst && rows.length) one("a", rows[0]).focus();
    return rows.length;
  }

  more.addEventListener("click", load);
  load();
})();
