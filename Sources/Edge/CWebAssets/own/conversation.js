// The page is a client of the public API. What a model, a document or a person wrote reaches the page as text; the only HTML taken is the
// `html` of the server's own events and its pages, which hold nothing but what its renderer lets through.
"use strict";
const busy = "Wait for the answer, or stop it, first.";

const conversation = (() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const headers = () => ({ "Content-Type": "application/json", "X-CSRF-Token": one('meta[name="csrf-token"]')?.content ?? "" });

  if (!one("#composer")) return null;
  const stop = one("#stop");
  const send = one("#send");
  const timeline = () => one("#timeline");
  const say = (text) => (one("#status").textContent = text);
  const problem = one("#problem");
  const path = (rest = "") => `/api/v1/chat/sessions/${timeline().dataset.session}${rest}`;
  const states = {
    stopped: "Stopped.",
    interrupted: "Cut off: the server went down before the answer ended.",
    length: "Cut off: the answer reached its longest length.",
  };
  // How often what was read is read once more because the stream is ahead of it.
  const readings = 5;
  let stream, running, retry, failures = 0, hasGone = false;
  // The last event of the log that the stream told.
  let seen = 0;
  let reading, isStale = false, soon;
  let linesShown = one("#lines")?.innerHTML;

  function showRunning(article) {
    running = article;
    stop.hidden = !article;
    send.hidden = Boolean(article);
    if (!article && problem.textContent === busy) problem.textContent = "";
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
    one(".state", turn).textContent = "";
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
    rereadSoon();
  }

  function said({ turn_id: id, role, supersedes_id: superseded, html }) {
    // Only a part of the line that lies far back is shown.
    if ("part" in timeline().dataset) return;
    const isNew = !document.getElementById(`turn-${id}`);
    const lostFocus = isNew && timelines.leave(timeline(), superseded);
    const turn = article(id, role);
    if (lostFocus) turn.focus({ preventScroll: true });
    if (superseded) rereadSoon();
    if (role === "assistant" && !html) {
      if (["", "generating"].includes(turn.dataset.status)) begin(turn);
      return;
    }
    // Its end was left out where the stream was far behind.
    if (turn === running) end("complete", "");
    one(".words", turn).innerHTML = html;
    if (role === "assistant") rereadSoon();
  }

  const tells = {
    turn: said,
    replace: said,
    sources({ sources }) {
      if (!running) return;
      one(".sources", running).hidden = !sources.length;
      one(".sources ol", running).replaceChildren(...sources.map(timelines.source));
      say("Writing …");
    },
    delta({ delta }) {
      if (running) one(".words", running).firstChild.appendData(plain(delta));
    },
    truncate({ length }) {
      if (!running) return;
      const words = one(".words", running);
      words.replaceChildren(document.createTextNode([...words.textContent].slice(0, length).join("")));
    },
    done({ finish_reason: reason }) {
      end(reason === "stop" || reason === "length" ? "complete" : reason, states[reason] ?? "");
    },
    error({ message: text }) {
      end("failed", text);
    },
    line(line, seq) {
      elsewhere.told(line, seq, say);
      rereadSoon();
    },
    hidden: rereadSoon,
    rated: rereadSoon,
    catch_up() {},
    updated() {
      htmx.trigger("#sessions", "refresh");
      rereadSoon();
    },
    deleted: gone,
  };

  // MARK: Reading the page again

  function gone() {
    if (hasGone) return;
    hasGone = true;
    stream?.close();
    if (document.body.dataset.leaving) return;
    sessionStorage.setItem("notice", "The conversation was deleted.");
    location.assign("/");
  }

  // The page as it is now; nil where this one is being left.
  async function read() {
    const asked = { "HX-Request": "true", "HX-Current-URL": location.href };
    const response = await fetch(location.pathname + location.search, { headers: asked, cache: "no-store" });
    if (response.status === 401) return void location.assign(response.headers.get("HX-Redirect") ?? "/login");
    if (response.status === 404) return void gone();
    const page = response.ok && new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page || !one("#timeline", page)) throw new Error(`the page could not be read: ${response.status}`);
    return page;
  }

  function adopt(page, isLive) {
    const [own, fresh] = [timeline(), one("#timeline", page)];
    // What the stream told meanwhile is not undone.
    if (Number(fresh.dataset.head) < Math.max(seen, Number(own.dataset.head))) return;
    followEnd(() => timelines.merge(own, fresh, isLive));
    if (running && !running.isConnected) showRunning(null);
    one("#heading bdi").textContent = one("#heading").title = one("#heading bdi", page).textContent;
    document.title = page.title;
    if (!one("#elsewhere", page)) one("#elsewhere")?.remove();
    const [undo, freshUndo] = [one("#undo"), one("#undo", page)];
    undo.hidden = freshUndo.hidden;
    undo.dataset.event = freshUndo.dataset.event ?? "";
    showLines(one("#lines", page));
  }

  function showLines(fresh) {
    if (fresh.innerHTML === linesShown) return;
    linesShown = fresh.innerHTML;
    const own = one("#lines");
    const isOpen = one("details", own)?.open;
    const hadFocus = own.contains(document.activeElement);
    own.replaceChildren(...fresh.childNodes);
    const details = one("details", own);
    if (!details) return;
    details.open = Boolean(isOpen);
    if (hadFocus) one("summary", details).focus({ preventScroll: true });
  }

  // What changes in the log by more than a turn that goes on is read from the server, so that all windows show the same.
  async function reread() {
    if (!timeline().dataset.session) return;
    clearTimeout(soon);
    isStale = true;
    reading ??= readAll().finally(() => (reading = undefined));
    return reading;
  }

  async function readAll() {
    try {
      for (let round = 0; isStale && round < readings; round += 1) {
        isStale = false;
        const page = await read();
        if (!page) return;
        await timelines.released();
        adopt(page, true);
        isStale ||= Number(timeline().dataset.head) < seen;
      }
      if (isStale) again();
    } catch {
      again();
    }
  }

  function rereadSoon() {
    clearTimeout(soon);
    soon = setTimeout(reread, 50);
  }

  // MARK: The stream

  // One stream carries everything. The browser reopens it by itself and is told exactly what it missed; where it gives up, the timeline is
  // read again, so that what is shown is what is stored.
  function watch() {
    const { session, position } = timeline().dataset;
    stream?.close();
    if (!session || hasGone) return;
    stream = new EventSource(`/api/v1/chat/sessions/${session}/stream?last_event_id=${position}`);
    stream.addEventListener("open", () => {
      if (failures) say("Connected again.");
      failures = 0;
    });
    for (const [name, tell] of Object.entries(tells)) {
      stream.addEventListener(name, (event) => {
        if (event.data === undefined) return;
        const seq = Number.parseInt(event.lastEventId, 10) || 0;
        seen = Math.max(seen, seq);
        followEnd(() => tell(JSON.parse(event.data), seq));
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
    if (!timeline().dataset.session || hasGone) return;
    stream?.close();
    try {
      const page = await read();
      if (!page) return;
      // What was kept as running is taken as the server has it, which tells the rest from there.
      timeline().dataset.head = seen = 0;
      adopt(page, false);
      timeline().dataset.position = one("#timeline", page).dataset.position;
    } catch {
      failures += 1;
      return again();
    }
    showRunning(one('[data-status="generating"]', timeline()));
    watch();
  }

  addEventListener("online", resync);
  addEventListener("pageshow", ({ persisted }) => persisted && resync());

  // MARK: Requests

  // One request of this conversation; nil once the reason why there is no answer was said.
  async function call(method, rest, body, place = problem, more = {}) {
    place.textContent = "";
    try {
      const response = await fetch(path(rest), {
        method, headers: { ...headers(), ...more }, body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (response.ok) return response;
      await showProblem(place, response);
    } catch {
      place.textContent = unreachable;
    }
    return null;
  }

  const change = (...asked) => elsewhere.change(call("POST", ...asked), say);

  const notice = sessionStorage.getItem("notice");
  if (notice && !timeline().dataset.session) {
    sessionStorage.removeItem("notice");
    say(notice);
  }
  showRunning(one('[data-status="generating"]', timeline()));
  if (!location.hash) scrollTo(0, document.documentElement.scrollHeight);
  watch();

  return { one, timeline, say, problem, headers, call, change, reread, running: () => running };
})();
