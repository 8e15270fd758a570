// The page is a client of the public API. What a model, a document or a person wrote reaches the page as text; the only HTML taken is the
// `html` of the server's own events, which holds nothing but what its renderer lets through.
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const plain = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
  const headers = () => ({ "Content-Type": "application/json", "X-CSRF-Token": one('meta[name="csrf-token"]')?.content ?? "" });

  const composer = one("#composer");
  if (!composer) return;
  const message = one("#message");
  const stop = one("#stop");
  const send = one("#send");
  const timeline = () => one("#timeline");
  const say = (text) => (one("#status").textContent = text);
  const states = {
    stopped: "Stopped.",
    interrupted: "Cut off: the server went down before the answer ended.",
    length: "Cut off: the answer reached its longest length.",
  };
  let stream, running, retry, failures = 0, asking = false, pending = {};

  function showRunning(article) {
    running = article;
    stop.hidden = !article;
    send.hidden = Boolean(article);
  }

  function followEnd(change) {
    const page = document.documentElement;
    const isAtEnd = innerHeight + scrollY > page.scrollHeight - 80;
    change();
    if (isAtEnd) scrollTo(0, page.scrollHeight);
  }

  function article(id, role) {
    const known = document.getElementById(`turn-${id}`);
    if (known) return known;
    const made = one("#new-turn").content.firstElementChild.cloneNode(true);
    made.id = `turn-${id}`;
    Object.assign(made.dataset, { turn: id, role, status: "" });
    made.className = `turn ${role === "user" ? "user" : "assistant"}`;
    made.setAttribute("aria-label", role === "user" ? "You" : "Answer");
    timeline().append(made);
    return made;
  }

  function begin(turn) {
    turn.dataset.status = "generating";
    turn.setAttribute("aria-busy", "true");
    one(".words", turn).replaceChildren(document.createTextNode(""));
    showRunning(turn);
    say("Looking for sources …");
  }

  function end(status, text) {
    if (!running) return;
    running.dataset.status = status;
    running.removeAttribute("aria-busy");
    one(".state", running).textContent = text;
    showRunning(null);
    say(text || "The answer is complete.");
    htmx.trigger("#sessions", "refresh");
  }

  const tells = {
    turn({ turn_id: id, role, html }) {
      const turn = article(id, role);
      if (role === "assistant" && !html && !turn.dataset.status) return begin(turn);
      if (role === "assistant" && !html && turn.dataset.status === "generating") return begin(turn);
      one(".words", turn).innerHTML = html;
    },
    sources({ sources }) {
      if (!running) return;
      one(".sources", running).hidden = !sources.length;
      one(".sources ol", running).replaceChildren(...sources.map(item));
      say("Writing …");
    },
    delta({ delta }) {
      if (running) one(".words", running).firstChild.appendData(plain(delta));
    },
    truncate({ length }) {
      if (running) one(".words", running).textContent = [...one(".words", running).textContent].slice(0, length).join("");
    },
    done({ finish_reason: reason }) {
      end(reason === "stop" || reason === "length" ? "complete" : reason, states[reason] ?? "");
    },
    error({ message: text }) {
      end("failed", text);
    },
  };

  function item(source) {
    const made = one("#new-source").content.firstElementChild.cloneNode(true);
    const link = one("a", made);
    const query = new URLSearchParams({ start: source.start, end: source.end, ...(source.page && { page: source.page }) });
    link.href = `/documents/${encodeURIComponent(source.document.id)}?${query}#passage`;
    one("bdi", link).textContent = plain(source.title);
    one(".number", made).textContent = source.number;
    const place = [source.page && `page ${source.page}`, source.section_heading].filter(Boolean);
    one(".section", made).textContent = plain(place.join(" · "));
    one("p", made).textContent = plain(source.summary);
    return made;
  }

  // One stream carries everything. The browser reopens it by itself and is told exactly what it missed; where it gives up, the timeline is
  // read again, so that what is shown is what is stored.
  function watch() {
    const { session, position } = timeline().dataset;
    stream?.close();
    if (!session) return;
    stream = new EventSource(`/api/v1/chat/sessions/${session}/stream?last_event_id=${position}`);
    stream.addEventListener("open", () => {
      if (failures) say("Connected again.");
      failures = 0;
    });
    for (const [name, tell] of Object.entries(tells)) {
      stream.addEventListener(name, (event) => {
        if (event.data !== undefined) followEnd(() => tell(JSON.parse(event.data)));
      });
    }
    stream.addEventListener("error", (event) => {
      if (event.data !== undefined) return;
      failures += 1;
      say("Connection lost. Reconnecting …");
      if (event.target.readyState === EventSource.CLOSED) again();
    });
  }

  function again() {
    clearTimeout(retry);
    retry = setTimeout(resync, Math.min(15_000, 500 * 2 ** Math.min(failures, 5)));
  }

  async function resync() {
    const before = timeline();
    if (!before.dataset.session) return;
    stream?.close();
    try {
      await htmx.ajax("GET", `/sessions/${before.dataset.session}`, { target: before, select: "#timeline", swap: "outerHTML" });
    } catch {
      // Told below: nothing was put in place.
    }
    if (timeline() === before) {
      failures += 1;
      return again();
    }
    showRunning(one('[data-status="generating"]', timeline()));
    watch();
  }

  addEventListener("online", resync);
  addEventListener("pageshow", ({ persisted }) => persisted && resync());

  // MARK: Asking and stopping

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
    const session = timeline().dataset.session;
    const body = JSON.stringify({
      message: message.value, stream: true, session_id: session ?? null, collection_id: one("#collection").value || null,
    });
    // Sent again after a cut, it is the same question and not another one.
    if (pending.body !== body) pending = { body, key: String(crypto.getRandomValues(new Uint32Array(4))) };
    const response = await fetch("/api/v1/chat", { method: "POST", headers: { ...headers(), "Idempotency-Key": pending.key }, body });
    if (!response.ok) return showProblem(one("#problem"), response);
    pending = {};
    message.value = "";
    const first = await firstEvent(response);
    if (!session) location.assign(`/sessions/${encodeURIComponent(first.session_id)}`);
    else scrollTo(0, document.documentElement.scrollHeight);
  }

  composer.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asking || running || !message.value.trim()) return;
    asking = true;
    one("#problem").textContent = "";
    try {
      await ask();
    } catch {
      one("#problem").textContent = unreachable;
    }
    asking = false;
  });
  message.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit();
  });
  stop.addEventListener("click", async () => {
    if (!running) return;
    const path = `/api/v1/chat/sessions/${timeline().dataset.session}/turns/${running.dataset.turn}/stop`;
    const response = await fetch(path, { method: "POST", headers: headers() }).catch(() => null);
    if (!response) one("#problem").textContent = unreachable;
    else if (!response.ok) await showProblem(one("#problem"), response);
    message.focus();
  });

  showRunning(one('[data-status="generating"]', timeline()));
  scrollTo(0, document.documentElement.scrollHeight);
  watch();
})();
