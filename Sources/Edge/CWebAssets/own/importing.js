// Conversations that are brought in from a file.
"use strict";
(() => {
  const form = document.querySelector("#import");
  if (!form) return;
  const one = (selector, root = document) => root.querySelector(selector);
  const told = one("#imported");
  const problem = one(".problem", form);
  // As many conversations as an answer names at the most.
  const most = 1000;
  let isBusy = false, pending = {};

  function show({ session_id: first, items, skipped }) {
    if (!first) return void (told.textContent = ["No conversation came in.", skipped].filter(Boolean).join(" "));
    const link = document.createElement("a");
    link.href = `/sessions/${encodeURIComponent(first)}`;
    const title = document.createElement("bdi");
    title.textContent = items[0].title;
    link.append(title);
    const isOne = items.length === 1;
    const count = items.length < most ? `${items.length}` : `${most} or more`;
    const words = [isOne ? "1 conversation came in." : `${count} conversations came in.`, skipped, isOne ? "Open it:" : "Open the first:"];
    told.replaceChildren(`${words.filter(Boolean).join(" ")} `, link);
  }

  async function send(file) {
    // Sent again after a cut, it is the same import and not another one.
    const what = JSON.stringify([file.name, file.size, file.lastModified]);
    if (pending.what !== what) pending = { what, key: String(crypto.getRandomValues(new Uint32Array(4))) };
    const response = await fetch("/api/v1/chat/sessions/import", {
      method: "POST",
      headers: {
        "Content-Type": /\.json$/i.test(file.name) ? "application/json" : "application/jsonl",
        "X-CSRF-Token": one('meta[name="csrf-token"]').content,
        "Idempotency-Key": pending.key,
      },
      body: file,
    });
    // Conversations before a place that is broken have come in.
    htmx.trigger("#sessions", "refresh");
    if (response.ok) {
      show(await response.json());
      pending = {};
      form.reset();
    } else {
      told.textContent = "";
      await showProblem(problem, response);
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = one("#import-file").files[0];
    if (isBusy || !file) return;
    problem.textContent = told.textContent = "";
    if (file.size > Number(form.dataset.limit)) return void (problem.textContent = "The file is larger than this server takes.");
    isBusy = true;
    told.textContent = `Importing ${file.name} …`;
    try {
      await send(file);
    } catch {
      told.textContent = "";
      problem.textContent = unreachable;
    }
    isBusy = false;
  });
})();
