// Branches: begun at a turn, given other names, gone on with.
"use strict";
(() => {
  if (!conversation) return;
  const { one, say, call, change, reread, acts, ask } = conversation;

  async function goOn(name, path, place) {
    if (!(await change(`/branches/${path}/switch`, undefined, place))) return false;
    await reread();
    say(`On the branch ${name}.`);
    return true;
  }

  async function branch(button) {
    const turn = button.closest("article").dataset.turn;
    let sent = {};
    ask("#new-branch", async ({ name, into }, place) => {
      const body = { turn_id: turn, name, into };
      // Sent again, because only going on with it failed, it is the same branch and not another one.
      if (sent.text !== JSON.stringify(body)) {
        sent = { text: JSON.stringify(body), key: String(crypto.getRandomValues(new Uint32Array(4))) };
      }
      const response = await call("POST", "/branches", body, place, { "Idempotency-Key": sent.key });
      if (!response) return false;
      const made = await response.json();
      if (into !== "new") return goOn(made.name, encodeURIComponent(made.name), place);
      location.assign(`/sessions/${encodeURIComponent(made.session_id)}`);
      return true;
    });
  }

  async function rename({ dataset }) {
    const form = ask("#rename-branch", async ({ name }, place) => {
      if (!(await call("PATCH", `/branches/${dataset.branch}`, { name }, place))) return false;
      await reread();
      say("Renamed.");
      return true;
    });
    const field = one("input", form);
    field.value = dataset.name;
    field.select();
  }

  Object.assign(acts, { branch, rename, switch: ({ dataset, textContent }) => goOn(textContent, dataset.branch) });
})();
