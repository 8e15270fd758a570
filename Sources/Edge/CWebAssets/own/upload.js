// Uploads: each file is a request of its own, with its own progress and its own reason where it fails.
"use strict";
(() => {
  const form = document.querySelector("#upload");
  if (!form) return;
  const atOnce = 2;
  const one = (selector, root = document) => root.querySelector(selector);
  let waiting = [], running = 0, sent = 0, failed = 0, unread = 0;
  // Documents whose reading is watched: one at a time, as they are read one after the other.
  let unwatched = [], watching = false;

  function row(file) {
    const made = one("#new-upload").content.firstElementChild.cloneNode(true);
    one("bdi", made).textContent = file.name;
    one("progress", made).setAttribute("aria-label", `Upload of ${file.name}`);
    one("#uploads").append(made);
    const upload = { file, row: made, key: String(crypto.getRandomValues(new Uint32Array(4))) };
    const again = one("button", made);
    again.setAttribute("aria-label", `Try ${file.name} again`);
    again.addEventListener("click", () => {
      failed -= 1;
      enqueue(upload);
    });
    return upload;
  }

  function show({ row }, state, text) {
    row.dataset.state = state;
    one(".state", row).textContent = text;
    one("progress", row).hidden = state !== "sending";
    one("button", row).hidden = true;
  }

  function enqueue(upload) {
    one(".problem", upload.row).textContent = "";
    show(upload, "waiting", "waiting");
    waiting.push(upload);
    next();
  }

  function next() {
    while (running < atOnce && waiting.length) {
      running += 1;
      send(waiting.shift());
    }
    if (!running) tell();
  }

  function tell() {
    const cannot = unread ? ` ${unread} of them cannot be read.` : "";
    one("#told").textContent = (failed ? `${sent} of ${sent + failed} uploaded.` : `${sent} uploaded.`) + cannot;
  }

  // What was uploaded may still turn out to be nothing that can be read.
  function watch() {
    if (watching || !unwatched.length) return;
    watching = true;
    const { upload, id } = unwatched.shift();
    const events = new EventSource(`/api/v1/documents/${id}/events`);
    const done = () => {
      events.close();
      watching = false;
      watch();
    };
    events.addEventListener("done", done);
    events.addEventListener("error", ({ data }) => {
      // Without data it is the connection's: the browser comes back by itself, unless it was refused.
      if (!data) return events.readyState === EventSource.CLOSED && done();
      one(".problem", upload.row).textContent = JSON.parse(data).message;
      upload.row.dataset.state = "failed";
      one(".state", upload.row).textContent = "cannot be read";
      if (upload.row.isConnected) {
        unread += 1;
        if (!running) tell();
      }
      done();
    });
  }

  function ended(upload, state, text) {
    show(upload, state, text);
    running -= 1;
    if (state === "failed") failed += 1;
    else sent += 1;
    next();
  }

  function send(upload) {
    const { file, row } = upload;
    if (file.size > Number(form.dataset.limit)) {
      one(".problem", row).textContent = "The file is larger than this server takes.";
      return ended(upload, "failed", "failed");
    }
    const body = new FormData();
    body.append("collection_id", form.dataset.collection);
    body.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/documents");
    request.setRequestHeader("X-CSRF-Token", one('meta[name="csrf-token"]').content);
    // Sent again after a cut, it is the same document and not another one.
    request.setRequestHeader("Idempotency-Key", upload.key);
    const bar = one("progress", row);
    bar.value = 0;
    show(upload, "sending", "0 %");
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      if (!total) return;
      bar.value = loaded / total;
      one(".state", row).textContent = `${Math.floor((100 * loaded) / total)} %`;
    });
    request.addEventListener("load", async () => {
      if (request.status < 300) {
        htmx.trigger("#documents", "refresh");
        ended(upload, "sent", "uploaded");
        unwatched.push({ upload, id: JSON.parse(request.response).id });
        return watch();
      }
      await showProblem(one(".problem", row), new Response(request.response, { status: request.status }));
      ended(upload, "failed", "failed");
      one("button", row).hidden = request.status < 429;
    });
    request.addEventListener("error", () => {
      one(".problem", row).textContent = unreachable;
      ended(upload, "failed", "failed");
      one("button", row).hidden = false;
    });
    request.send(body);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!running) {
      one("#uploads").replaceChildren();
      sent = failed = unread = 0;
    }
    one("#told").textContent = "";
    const files = [...one("#file").files];
    form.reset();
    for (const upload of files.map(row)) enqueue(upload);
  });
})();
