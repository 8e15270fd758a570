// Forms that speak to the public API, the menu of small screens, and the passage that a page was asked for.
"use strict";

// What an answer that is an error says to a person.
async function problemText(response) {
  try {
    const problem = await response.json();
    return problem.errors?.map((error) => `${error.pointer.slice(1)} ${error.message}`).join("; ") || problem.detail;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

(() => {
  const one = (selector, root = document) => root.querySelector(selector);

  htmx.defineExtension("json", {
    onEvent(name, event) {
      if (name === "htmx:configRequest") event.detail.headers["Content-Type"] = "application/json";
    },
    encodeParameters(xhr, parameters, element) {
      const values = Object.fromEntries(parameters);
      for (const field of element.querySelectorAll("[data-list]")) values[field.name] = parameters.getAll(field.name);
      return JSON.stringify(values);
    },
  });

  function complain(element, text) {
    const place = one(".problem", element.closest("form") ?? document.body);
    if (place) place.textContent = text;
    else alert(text);
  }

  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    if (target.matches("form")) complain(target, "");
  });
  document.addEventListener("htmx:xhr:progress", ({ target, detail: { loaded, total } }) => {
    const bar = one("progress", target);
    if (!bar || !total) return;
    bar.hidden = false;
    bar.value = loaded / total;
  });
  document.addEventListener("htmx:afterRequest", ({ target, detail: { successful, xhr } }) => {
    const bar = one("progress", target);
    if (bar) bar.hidden = true;
    if (!successful || !xhr.status) return;
    if (target.matches("form")) target.reset();
    const { then, refresh } = target.dataset;
    if (refresh) htmx.trigger(refresh, "refresh");
    if (then === "reload") location.reload();
    else if (then) location.assign(then.includes("{id}") ? then.replace("{id}", encodeURIComponent(JSON.parse(xhr.response).id)) : then);
  });
  document.addEventListener("htmx:responseError", async ({ target, detail: { xhr } }) => {
    complain(target, await problemText(new Response(xhr.response, { status: xhr.status })));
  });
  document.addEventListener("htmx:sendError", ({ target }) => complain(target, "The server cannot be reached. Try again in a moment."));

  // MARK: The menu of small screens

  one("#menu")?.addEventListener("click", ({ currentTarget: menu }) => {
    const opens = menu.getAttribute("aria-expanded") !== "true";
    menu.setAttribute("aria-expanded", opens);
    one("#sidebar").classList.toggle("open", opens);
  });
  one("#passage")?.scrollIntoView({ block: "center" });
})();
