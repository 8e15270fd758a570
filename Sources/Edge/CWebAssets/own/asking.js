// Asking, and stopping an answer.
"use strict";
(() => {
  if (!conversation) return;
  const { one, timeline, problem, headers, call, running } = conversation;
  const composer = one("#composer");
  const message = one("#message");
  let asking = false, pending = {};
  // What was typed while the page of a new conversation was on its way.
  message.value ||= sessionStorage.getItem("unsent") ?? "";
  sessionStorage.removeItem("unsent");

  async function firstEvent(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("\n\n")) {
      const { done, value } = await reader.read();
      if (done) break;
      text += value;
    }
    reader.cancel();
    return JSON.parse(/^data: ?(.*)$/m.exec(text)[1]);
  }

  async function ask() {
    const { session, part } = timeline().dataset;
    const sent = message.value;
    const body = JSON.stringify({
      message: sent, stream: true, session_id: session ?? null, collection_id: one("#collection").value || null,
    });
    // Sent again after a cut, it is the same question and not another one.
    if (pending.body !== body) pending = { body, key: String(crypto.getRandomValues(new Uint32Array(4))) };
    const response = await fetch("/api/v1/chat", { method: "POST", headers: { ...headers(), "Idempotency-Key": pending.key }, body });
    if (!response.ok) return showProblem(problem, response);
    pending = {};
    // What was typed meanwhile stays.
    if (message.value.startsWith(sent)) message.value = message.value.slice(sent.length);
    one("#undo").hidden = true;
    const first = await firstEvent(response);
    if (session && part === undefined) return scrollTo(0, document.documentElement.scrollHeight);
    addEventListener("pagehide", () => sessionStorage.setItem("unsent", message.value), { once: true });
    location.assign(`/sessions/${encodeURIComponent(first.session_id)}`);
  }

  composer.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking || !message.value.trim()) return;
    if (running()) return void (problem.textContent = busy);
    asking = true;
    problem.textContent = "";
    try {
      await ask();
    } catch {
      problem.textContent = unreachable;
    }
    asking = false;
  });
  message.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  one("#stop").addEventListener("click", async () => {
    if (!running()) return;
    await call("POST", `/turns/${running().dataset.turn}/stop`);
    message.focus();
  });
})();
