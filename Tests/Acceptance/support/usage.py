"""Turns that use a known number of tokens, and what is told of them."""

from support import script

USAGE, LIMITS = "/api/v1/usage", "/api/v1/limits"


def model(upstream, prompt, completion, text="Well."):
    """A model each of whose answers uses so much."""
    return upstream.model([script.Text(text), script.Finish(), script.Usage(prompt, completion), script.Done()])


def complete(api, name, **fields):
    """One call through OpenAI's door."""
    return api.post("/v1/chat/completions", json={"model": name, "messages": [{"role": "user", "content": "Hello"}], **fields})


def told(api, **params):
    """Usage as {(user, model): (turns, prompt, completion)}, whatever the day; the totals must be their sum."""
    items = api.items(USAGE, limit=2, **params)
    found = {}
    for item in items:
        one = (item["turns"], item["prompt_tokens"], item["completion_tokens"])
        known = found.get((item["user_id"], item["model"]), (0, 0, 0))
        found[item["user_id"], item["model"]] = tuple(map(sum, zip(known, one)))
    totals = api.get(USAGE, params=params, expect=200).json()["totals"]
    sums = tuple(map(sum, zip((0, 0, 0), *found.values())))
    assert (totals["turns"], totals["prompt_tokens"], totals["completion_tokens"]) == sums
    return found
