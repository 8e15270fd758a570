// What can be done with one turn: each button says what it does in `data-act`, and the server's answer is read from the page again.
"use strict";
(() => {
  if (!conversation) return;
  const { one, timeline, say, problem, call, change, reread, running } = conversation;
  const undo = one("#undo");
  const dialog = one("#dialog");
  // The button may stand in an article whose place another one took meanwhile.
  function turnOf(button) {
    const article = button.closest("article");
    return document.getElementById(article.id) ?? article;
  }

  // A form in the dialog; it closes once `send` has said that all went well.
  function ask(template, send) {
    const form = one(template).content.firstElementChild.cloneNode(true);
    let isBusy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isBusy) return;
      isBusy = true;
      if (await send(Object.fromEntries(new FormData(form)), one(".problem", form))) {
        dialog.close();
        // The turn with the button may have gone meanwhile.
        const focused = document.activeElement;
        if (focused === document.body || dialog.contains(focused)) timeline().lastElementChild?.focus({ preventScroll: true });
      }
      isBusy = false;
    });
    dialog.replaceChildren(form);
    dialog.showModal();
    return form;
  }

  // The turn that was begun is the server's, and told by the stream of the conversation.
  async function begin(article, what, body, place) {
    const response = await call("POST", `/turns/${article.dataset.turn}/${what}`, body, place);
    response?.body?.cancel();
    return Boolean(response);
  }

  // MARK: Regenerating

  async function regenerateWith(button) {
    const article = turnOf(button);
    const form = ask("#regenerate-with", ({ instructions, model }, place) => {
      const body = {};
      if (instructions.trim()) body.instructions = instructions;
      if (model) body.model = model;
      return begin(article, "regenerate", body, place);
    });
    const response = await fetch("/v1/models");
    if (!response.ok) return;
    // The others answer from documents, as here it is done anyway.
    const names = (await response.json()).data.filter(({ owned_by: owner }) => owner !== "loquat").map(({ id }) => id);
    one("select", form).append(...names.map((name) => new Option(name)));
  }

  // MARK: Editing

  async function edit(button) {
    const response = await call("GET", `/turns/${turnOf(button).dataset.turn}`);
    if (!response) return;
    const { content } = await response.json();
    const article = turnOf(button);
    const form = one("#edit-turn").content.firstElementChild.cloneNode(true);
    const field = one("textarea", form);
    let isBusy = false;
    field.value = content;
    field.defaultValue = field.value;
    for (const part of [".words", ".actions"]) one(part, article).hidden = true;
    one(".words", article).after(form);
    field.focus();

    function close(place = one('[data-act="edit"]', article)) {
      form.remove();
      for (const part of [".words", ".actions"]) one(part, article).hidden = false;
      place.focus({ preventScroll: true });
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isBusy || !field.value.trim()) return;
      if (field.value === content) return close();
      isBusy = true;
      undo.hidden = true;
      form.dataset.sent = "";
      if (await begin(article, "regenerate", { message: field.value }, one(".problem", form))) close(article);
      else if (!form.isConnected) timelines.keep(field.value);
      delete form.dataset.sent;
      isBusy = false;
    });
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") {
        event.preventDefault();
        close();
      } else if (event.key === "Enter" && !event.shiftKey) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
    one(".cancel", form).addEventListener("click", () => close());
  }

  // MARK: Rating

  async function rate(button, rating) {
    const article = turnOf(button);
    const isTaken = button.getAttribute("aria-pressed") === "true";
    const rest = `/turns/${article.dataset.turn}/feedback`;
    if (!(await call("POST", rest, { rating: isTaken ? null : rating }))) return;
    await reread();
    say(isTaken ? "Taken back." : "Thank you.");
    if (!isTaken) askWhy(rest, rating);
  }

  function askWhy(rest, rating) {
    ask("#new-feedback", ({ reason, text }, place) =>
      call("POST", rest, { rating, reason: reason || null, text: text.trim() ? text : null }, place));
  }

  // MARK: The line

  async function select(button) {
    const { version, act } = button.dataset;
    if (!(await change(`/turns/${version}/select`))) return;
    await reread();
    const article = document.getElementById(`turn-${version}`);
    if (!article) return;
    const buttons = [`[data-act="${act}"]:not(:disabled)`, ".versions button:not(:disabled)"].map((selector) => one(selector, article));
    (buttons.find(Boolean) ?? article).focus({ preventScroll: true });
    article.scrollIntoView({ block: "nearest" });
    say(`Version ${one(".versions .place", article)?.textContent ?? ""}.`);
  }

  async function rewind(button) {
    const answer = await change("/rewind", { turn_id: turnOf(button).dataset.turn });
    if (!answer) return;
    const { event_id: event } = answer;
    await reread();
    if (event === null) return;
    undo.dataset.event = event;
    undo.hidden = false;
    say("Taken back to here. It can be undone.");
  }

  async function restore() {
    const hadFocus = undo.contains(document.activeElement);
    if (!(await change("/restore", { event_id: Number(undo.dataset.event) }))) return;
    undo.hidden = true;
    if (hadFocus) one("#message").focus({ preventScroll: true });
    await reread();
    say("It is as it was.");
  }

  async function hide(button) {
    const hidden = button.dataset.hides === "true";
    if (!(await call("PATCH", `/turns/${turnOf(button).dataset.turn}`, { hidden }))) return;
    await reread();
    say(hidden ? "Left out of what the model is told." : "Taken in again.");
  }

  async function visit({ dataset: { version, branch } }) {
    if (!(await change(branch ? `/branches/${branch}/switch` : `/turns/${version}/select`))) return;
    const { session } = timeline().dataset;
    const address = `/sessions/${session}?turn=${version}`;
    history.replaceState(null, "", `${address}#turn-${version}`);
    location.reload();
  }

  const acts = {
    regenerate: (button) => begin(turnOf(button), "regenerate", {}),
    continue: (button) => begin(turnOf(button), "continue", {}),
    up: (button) => rate(button, "up"),
    down: (button) => rate(button, "down"),
    previous: select,
    next: select,
    regenerateWith, edit, rewind, restore, hide, visit,
  };
  Object.assign(conversation, { acts, ask });

  // One after the other, and the same one not twice at once.
  const pressed = new Set();
  let done = Promise.resolve();

  async function perform(button) {
    if (running() && !button.closest("dialog")) return void (problem.textContent = busy);
    if (button.dataset.act !== "restore") undo.hidden = true;
    await acts[button.dataset.act](button);
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-act]");
    if (!button || !(button.dataset.act in acts)) return;
    const what = JSON.stringify([{ ...button.dataset }, button.closest("article")?.id]);
    if (pressed.has(what)) return;
    pressed.add(what);
    done = done.then(() => perform(button)).catch(console.error).finally(() => pressed.delete(what));
  });
})();
