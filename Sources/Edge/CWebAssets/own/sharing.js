// The link by which others read a conversation. The server tells it this once.
"use strict";
(() => {
  if (!conversation) return;
  const { one, call, acts } = conversation;
  const dialog = one("#dialog");
  const place = () => one(".problem", dialog);
  const tell = (text) => (one("#told", dialog).textContent = text);

  async function share() {
    const response = await call("POST", "/share", {}, place());
    if (!response) return;
    const field = one("#link-text", dialog);
    field.value = (await response.json()).url;
    one("#made-link", dialog).hidden = false;
    one("#made-link button", dialog).textContent = "Copy";
    one('[data-act="unshare"]', dialog).hidden = false;
    tell("The link is made.");
    field.focus();
    field.select();
  }

  async function unshare(button) {
    if (!(await call("DELETE", "/share", undefined, place()))) return;
    one("#made-link", dialog).hidden = true;
    one("#link-text", dialog).value = "";
    one("#shared-since", dialog).hidden = true;
    button.hidden = true;
    tell("Revoked: the link shows nothing any more.");
    one('[data-act="share"]', dialog).focus();
  }

  Object.assign(acts, { share, unshare });
})();
