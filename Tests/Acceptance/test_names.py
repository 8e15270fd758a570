"""What people and things may be called: something that can be seen, and that changes nothing around it."""

import pytest

from support import people, shapes

BAD = {
    "blank": "  \t ", "wide blank": "\u3000\u00a0", "zero width": "\u200b\u200d\ufeff", "filler": "\u3164", "NUL": "a\0b", "line break": "a\nb",
    "delete": "a\x7f", "C1": "a\x9b31m", "separator": "a\u2028b", "override": "\u202egpj.exe", "isolate": "a\u2066b",
}
GOOD = ["Bäume & Früchte", "Ana\u0301", "\u05e2\u05e5\u200f", "👩\u200d👩\u200d👧", " <b>trees</b> ", "x" * 200]


@pytest.fixture(scope="module")
def places(api, unique_word):
    """Where a name is said: each a method, a path, a body without the name, and the name's member."""
    collection = api.collection(unique_word)
    session, turn = (api.ask("What is it called?")[name] for name in ("session_id", "turn_id"))
    user = people.add(type("Owner", (), {"api": api}), unique_word)
    return {
        "a new collection": ("POST", "/api/v1/collections", {}, "name"),
        "a collection": ("PATCH", f"/api/v1/collections/{collection['id']}", {}, "name"),
        "a new key": ("POST", "/api/v1/api-keys", {}, "name"),
        "a new user": ("POST", "/api/v1/users", {"email": "{}@example.test"}, "name"),
        "a user": ("PATCH", f"/api/v1/users/{user.id}", {}, "name"),
        "oneself": ("PATCH", "/api/v1/auth/me", {}, "name"),
        "a conversation": ("PATCH", f"/api/v1/chat/sessions/{session}", {}, "title"),
        "a new branch": ("POST", f"/api/v1/chat/sessions/{session}/branches", {"turn_id": turn}, "name"),
        "a branch": ("PATCH", f"/api/v1/chat/sessions/{session}/branches/main", {}, "name"),
    }


@pytest.fixture(scope="module")
def unique_word():
    return people.uuid7()


PLACES = ["a new collection", "a collection", "a new key", "a new user", "a user", "oneself", "a conversation"]


@pytest.mark.parametrize("place", [*PLACES, "a new branch", "a branch"])
@pytest.mark.parametrize("name", BAD.values(), ids=BAD)
def test_what_cannot_be_seen_or_misleads_is_refused(api, places, place, name):
    method, path, body, member = places[place]
    body = {key: value.format(people.uuid7()) for key, value in body.items()}
    shapes.invalid(api.request(method, path, json={**body, member: name}), member)


@pytest.mark.parametrize("place", PLACES)
def test_names_of_all_scripts_are_kept_as_they_are(api, places, place):
    method, path, body, member = places[place]
    for name in GOOD:
        # Collections of one owner have different names.
        name = (name + people.uuid7())[-200:]
        body = {key: "{}@example.test".format(people.uuid7()) for key in body}
        answer = api.request(method, path, json={**body, member: name}, expect=(200, 201))
        assert answer.json()[member] == name


def test_a_name_that_may_be_empty_may_still_not_be_blank(api):
    assert api.patch("/api/v1/auth/me", json={"name": ""}, expect=200).json()["name"] == ""
    shapes.invalid(api.patch("/api/v1/auth/me", json={"name": " "}), "name")


@pytest.mark.parametrize("name", ["\u202egpj.exe", "\u200b"])
def test_a_command_is_told_too(installation, name):
    assert installation.run("keys", "create", "--name", name, check=False).returncode != 0
    assert installation.create_key("fine").startswith("lq_")
