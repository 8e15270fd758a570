// Forms that speak to the public API, the menu of small screens, and the passage that a page was asked for.
"use strict";

const lapsed = "Your login is no longer in force.";

// Without characters that rule the direction of what stands around them.
const plain = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

// What an answer that is an error says to a person.
async function problemText(response) {
  try {
    const problem = await response.json();
    if (problem.code === "wrong_credentials") return "The current password is not right.";
    if (response.status === 401) return lapsed;
    if (problem.code === "csrf_failed") return "This page is too old. Load it anew and try again.";
    return problem.errors?.map((error) => `${error.pointer.slice(1)} ${error.message}`).join("; ") || problem.detail;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

// Says it in a place of the page, with a way on where the login has lapsed.
async function showProblem(place, response) {
  const text = await problemText(response);
  place.textContent = text;
  if (text !== lapsed) return;
  const link = document.createElement("a");
  link.href = `/login?to=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = "Log in again";
  place.append(" ", link);
}

const unreachable = "The server cannot be reached. Try again in a moment.";

(() => {
  const one = (selector, root = document) => root.querySelector(selector);

  htmx.defineExtension("json", {
    onEvent(name, event) {
      if (name === "htmx:configRequest") event.detail.headers["Content-Type"] = "application/json";
    },
    encodeParameters(xhr, parameters, element) {
      if (element.dataset.body) return element.dataset.body;
      const values = Object.fromEntries(parameters);
      for (const { name, value } of element.querySelectorAll("[data-optional]")) if (!value) delete values[name];
      for (const { name } of element.querySelectorAll("[data-list]")) {
        values[name] = parameters.getAll(name).flatMap((value) => value.split(/[\s,;]+/)).filter(Boolean);
      }
      for (const { name } of element.querySelectorAll("[data-number]")) if (name in values) values[name] = Number(values[name]);
      return JSON.stringify(values);
    },
  });

  const placeFor = (element) => one(".problem", element.closest("form, [data-problems]") ?? document.body);
  // What was changed, and must be looked at again; the focus goes there where what had it is gone.
  let changed;

  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    const form = target.closest("form");
    if (form) placeFor(form).textContent = "";
    // Whoever is told of it meanwhile leaves the way to this request.
    if (target.dataset.then) document.body.dataset.leaving = "true";
  });
  document.addEventListener("htmx:afterRequest", ({ target, detail: { successful, xhr, requestConfig } }) => {
    if (!successful) delete document.body.dataset.leaving;
    if (!successful || !xhr.status || requestConfig.verb === "get") return;
    const { then, refresh, tells, shows } = target.dataset;
    if (target.matches("form")) target.reset();
    if (shows) showOnce(one(shows), JSON.parse(xhr.response).key);
    target.closest("dialog")?.close();
    if (tells) one("#told").textContent = tells;
    if (refresh) {
      changed = one(refresh)?.id;
      for (const place of document.querySelectorAll(refresh)) htmx.trigger(place, "refresh");
    }
    if (then === "reload") location.reload();
    else if (then) location.assign(then.includes("{id}") ? then.replace("{id}", encodeURIComponent(JSON.parse(xhr.response).id)) : then);
  });
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (!changed || target.id !== changed) return;
    if (document.activeElement === document.body) document.getElementById(changed).focus({ preventScroll: true });
    changed = undefined;
  });
  document.addEventListener("htmx:responseError", async ({ target, detail: { xhr } }) => {
    const place = placeFor(target);
    const response = new Response(xhr.response, { status: xhr.status });
    if (place) showProblem(place, response);
    else alert(await problemText(response));
  });
  document.addEventListener("htmx:sendError", ({ target }) => {
    const place = placeFor(target);
    if (place) place.textContent = unreachable;
    else alert(unreachable);
  });

  // MARK: What is told once

  function showOnce(place, text) {
    const field = one("input", place);
    field.value = text;
    place.hidden = false;
    one("button", place).textContent = "Copy";
    field.focus();
    field.select();
  }

  document.addEventListener("click", async ({ target }) => {
    if (!target.matches("[data-copies]")) return;
    const field = one(target.dataset.copies);
    const told = one("#told") ?? one("#status");
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // Without TLS a browser keeps the clipboard from pages. What is selected may go there the old way, else by hand.
      if (!document.execCommand("copy")) return void (told.textContent = "It is selected: copy it by hand.");
    }
    target.textContent = "Copied";
    told.textContent = "Copied.";
  });

  // MARK: The dialog

  const dialog = one("#dialog");
  dialog?.addEventListener("htmx:afterSwap", () => dialog.open || dialog.showModal());
  dialog?.addEventListener("close", () => dialog.replaceChildren());
  dialog?.addEventListener("click", ({ target }) => {
    if (target === dialog || target.matches("[data-close]")) dialog.close();
  });

  // MARK: The menu of small screens

  one("#menu")?.addEventListener("click", ({ currentTarget: menu }) => {
    const opens = menu.getAttribute("aria-expanded") !== "true";
    menu.setAttribute("aria-expanded", opens);
    one("#sidebar").classList.toggle("open", opens);
  });
  one("#passage")?.scrollIntoView({ block: "center" });
})();
