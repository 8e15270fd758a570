"""What a workspace's managers hold its users to: at once, on keys in use, and after a restart; nobody else is disturbed."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from support import people, shapes
from support.api import Api
from support.server import upstream_settings
from support.usage import LIMITS, complete, model, told
from support.waiting import eventually

NONE = {"requests_per_minute": None, "concurrent_streams": None, "tokens_per_day": None}


@pytest.fixture
def house(start, upstream):
    """An owner and a member, and a model that uses 30 tokens a turn."""
    owner = people.register(start(upstream_settings(upstream)))
    return SimpleNamespace(server=owner.api.server, owner=owner, ann=people.add(owner, "ann"), model=model(upstream, 20, 10))


def put(person, expect=200, headers=None, **limits):
    return person.api.put(LIMITS, json=limits, headers=headers, expect=expect)


def limits(person):
    return person.api.get(LIMITS, expect=200).json()


def limited(answer, code, limit):
    shapes.problem(answer, 429, code)
    assert answer.headers["ratelimit-limit"] == str(limit) and answer.headers["ratelimit-remaining"] == "0"
    return int(answer.headers["retry-after"])


def test_without_any_the_servers_own_hold(house):
    expected = NONE | {"concurrent_streams": 5000, "tokens_used_today": 0, "workspace": NONE}
    assert limits(house.ann) == limits(house.owner) == expected
    answer = house.ann.api.get(LIMITS)
    assert "ratelimit-limit" not in answer.headers and answer.headers["etag"]


def test_the_narrower_holds(start):
    owner = people.register(start({"LOQUAT_RATE_LIMIT_KEY": "100", "LOQUAT_MAX_STREAMS_PER_KEY": "0"}))
    ann = people.add(owner, "ann")
    servers = NONE | {"requests_per_minute": 100, "tokens_used_today": 0}
    assert limits(owner) == limits(ann) == servers | {"workspace": NONE}
    wide = {"requests_per_minute": 1000, "concurrent_streams": 7, "tokens_per_day": 9}
    assert put(owner, **wide).json() == limits(owner) == servers | {"workspace": wide}
    assert limits(ann) == wide | {"requests_per_minute": 100, "tokens_used_today": 0, "workspace": wide}
    assert ann.api.get(LIMITS).headers["ratelimit-limit"] == "100"
    put(owner, requests_per_minute=40)
    assert ann.api.get(LIMITS).headers["ratelimit-limit"] == "40"
    assert limits(ann)["workspace"] == NONE | {"requests_per_minute": 40}, "what is not said is none"


def test_who_sets_them_is_not_held_to_them(house):
    """A limit of one request a minute could not be taken back."""
    narrow = Api(house.server, people.key(house.owner.api, scopes=["chat"])["key"])
    put(house.owner, requests_per_minute=1, concurrent_streams=1, tokens_per_day=1)
    for _ in range(3):
        complete(house.owner.api, house.model, stream=True).raise_for_status()
    assert [narrow.get(LIMITS).status_code for _ in range(2)] == [200, 429]
    put(house.owner)
    assert narrow.get(LIMITS, expect=200).json()["workspace"] == NONE


@pytest.mark.parametrize(
    "field, value",
    [("requests_per_minute", 0), ("concurrent_streams", -1), ("tokens_per_day", 1.5), ("tokens_per_day", "9"), ("requests_per_minute", 10**12)],
)
def test_a_limit_is_a_whole_number_above_zero(house, field, value):
    shapes.invalid(house.owner.api.put(LIMITS, json={field: value}), field)
    both = house.owner.api.put(LIMITS, json={"tokens_per_day": True, "concurrent_streams": []})
    assert {error["pointer"] for error in both.json()["errors"]} == {"/tokens_per_day", "/concurrent_streams"}
    shapes.problem(house.owner.api.put(LIMITS, json=[]), 422)
    shapes.problem(house.owner.api.put(LIMITS, content=b"{", headers={"Content-Type": "application/json"}), 400)
    assert limits(house.owner)["workspace"] == NONE


def test_who_sets_them(house):
    admin = people.add(house.owner, "adm", "admin")
    narrow = SimpleNamespace(api=Api(house.server, people.key(house.owner.api, scopes=["chat"])["key"]))
    for person in (house.ann, people.add(house.owner, "viewer", "viewer"), narrow):
        shapes.problem(put(person, expect=403, tokens_per_day=1), 403)
    put(admin, tokens_per_day=5)
    assert limits(house.ann)["tokens_per_day"] == 5


def test_what_was_changed_is_told(house):
    put(house.owner, tokens_per_day=5)
    put(house.owner, tokens_per_day=5)
    put(house.owner, requests_per_minute=600, tokens_per_day=7)
    entries = [entry for entry in house.owner.api.items("/api/v1/audit") if entry["action"] == "limits_changed"]
    assert [(entry["details"]["from"], entry["details"]["to"]) for entry in entries] == [
        (NONE | {"tokens_per_day": 5}, NONE | {"requests_per_minute": 600, "tokens_per_day": 7}),
        (NONE, NONE | {"tokens_per_day": 5}),
    ]
    workspace = house.owner.api.get("/api/v1/auth/me").json()["workspace_id"]
    assert {(entry["actor_id"], entry["target_kind"], entry["target_id"]) for entry in entries} == {(house.owner.id, "workspace", workspace)}


def test_a_change_of_what_was_changed_meanwhile_is_refused(house):
    seen = house.owner.api.get(LIMITS).headers["etag"]
    complete(house.owner.api, house.model)
    assert house.owner.api.get(LIMITS).headers["etag"] == house.ann.api.get(LIMITS).headers["etag"] == seen, "a turn is no change of it"
    changed = put(house.owner, headers={"If-Match": seen}, tokens_per_day=100)
    assert changed.headers["etag"] == house.ann.api.get(LIMITS).headers["etag"] != seen
    shapes.problem(put(house.owner, expect=412, headers={"If-Match": seen}, tokens_per_day=200), 412, "changed_meanwhile")
    put(house.owner, headers={"If-Match": f'"other", {changed.headers["etag"]}'}, tokens_per_day=300)
    put(house.owner, headers={"If-Match": "*"}, tokens_per_day=400)
    assert limits(house.ann)["tokens_per_day"] == 400


def test_of_many_who_saw_the_same_one_is_first(house):
    seen = {"If-Match": house.owner.api.get(LIMITS).headers["etag"]}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: house.owner.api.put(LIMITS, json={"tokens_per_day": number}, headers=seen), range(1, 17)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 15
    (won,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert limits(house.owner)["workspace"] == won["workspace"]


def test_requests_a_minute_hold_at_once_and_after_a_restart(house):
    second = Api(house.server, people.key(house.ann.api)["key"])
    house.ann.api.get(LIMITS, expect=200)
    put(house.owner, requests_per_minute=3)
    for _ in range(2):
        for api in (house.ann.api, second, Api(house.server, house.ann.token)):
            statuses = [api.get("/api/v1/collections").status_code for _ in range(4)]
            assert statuses == [200, 200, 200, 429], "each key has its own"
        limited(house.ann.api.get("/v1/models"), "rate_limited", 3)
        house.server.restart()
    put(house.owner, **NONE)
    assert "ratelimit-limit" not in second.get(LIMITS, expect=200).headers


def test_streams_hold_at_once(house):
    session = house.ann.api.ask("hello", model=house.model)["session_id"]
    path = f"/api/v1/chat/sessions/{session}/stream"
    watchers = [house.ann.api.watch(path) for _ in range(2)]
    for watcher in watchers:
        watcher.wait(lambda watcher: watcher.status == 200, "an open stream")
    put(house.owner, concurrent_streams=2)
    limited(house.ann.api.get(path), "too_many_streams", 2)
    limited(complete(house.ann.api, house.model, stream=True), "too_many_streams", 2)
    assert all(watcher.status == 200 for watcher in watchers), "what is open stays"
    complete(house.ann.api, house.model).raise_for_status()
    complete(house.owner.api, house.model, stream=True).raise_for_status()
    put(house.owner, concurrent_streams=3)
    complete(house.ann.api, house.model, stream=True).raise_for_status()
    put(house.owner, concurrent_streams=1)
    for watcher in watchers:
        watcher.drop()
    eventually(lambda: complete(house.ann.api, house.model, stream=True).status_code == 200, "a free place")


def doors(house, api):
    """Every way to begin a turn."""
    whole = {"message": "hello", "model": house.model, "stream": False}
    return [
        api.post("/api/v1/chat", json=whole),
        api.post("/api/v1/chat", json=whole | {"stream": True}),
        complete(api, house.model),
        complete(api, house.model, stream=True),
        complete(api, house.model, store=False),
        complete(api, "loquat"),
    ]


def test_tokens_of_a_day_hold_at_every_door_and_after_a_restart(house):
    put(house.owner, tokens_per_day=60)
    assert [complete(house.ann.api, house.model).status_code for _ in range(3)] == [200, 200, 429]
    second = Api(house.server, people.key(house.ann.api)["key"])
    for _ in range(2):
        assert limits(house.ann) == NONE | {
            "concurrent_streams": 5000, "tokens_per_day": 60, "tokens_used_today": 60, "workspace": NONE | {"tokens_per_day": 60},
        }
        for api in (house.ann.api, second, Api(house.server, house.ann.token)):
            for answer in doors(house, api):
                retry = limited(answer, "token_limit_reached", 60)
                now = datetime.datetime.now(datetime.timezone.utc)
                midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + datetime.timedelta(1)
                assert abs((midnight - now).total_seconds() - retry) < 60
        assert answer.json()["error"]["type"] == "rate_limit_error"
        assert len(house.ann.api.sessions()) == 2, "what is refused is not logged"
        assert told(house.ann.api) == {(house.ann.id, house.model): (2, 40, 20)}
        house.server.restart()
    assert {answer.status_code for answer in doors(house, house.owner.api)[:1]} == {200}, "each user has their own day"
    put(house.owner, tokens_per_day=61)
    assert [complete(house.ann.api, house.model).status_code for _ in range(2)] == [200, 429]
    put(house.owner)
    assert {answer.status_code for answer in doors(house, house.ann.api)} == {200}


def test_a_deleted_session_gives_nothing_back(house):
    put(house.owner, tokens_per_day=30)
    session = house.ann.api.ask("hello", model=house.model)["session_id"]
    house.ann.api.delete(f"/api/v1/chat/sessions/{session}", expect=204)
    limited(complete(house.ann.api, house.model), "token_limit_reached", 30)
    assert limits(house.ann)["tokens_used_today"] == 30


def test_what_is_not_stored_counts_too(house):
    put(house.owner, tokens_per_day=60)
    statuses = [complete(house.ann.api, house.model, store=False, stream=stream).status_code for stream in (True, False, True)]
    assert statuses == [200, 200, 429]
    assert limits(house.ann)["tokens_used_today"] == 60


def test_an_answer_that_was_given_is_given_again(house):
    put(house.owner, tokens_per_day=30)
    again = {"Idempotency-Key": "once"}
    first = house.ann.api.ask("hello", model=house.model, headers=again)
    limited(house.ann.api.post("/api/v1/chat", json={"message": "hello"}), "token_limit_reached", 30)
    assert house.ann.api.ask("hello", model=house.model, headers=again)["turn_id"] == first["turn_id"]
    # A refusal is not kept: the key is free for the next day.
    refused = {"Idempotency-Key": "twice"}
    body = {"message": "hello", "model": house.model, "stream": False}
    limited(house.ann.api.post("/api/v1/chat", json=body, headers=refused), "token_limit_reached", 30)
    put(house.owner)
    house.ann.api.post("/api/v1/chat", json=body, headers=refused, expect=200)


def test_another_workspace_is_not_held_to_them(house):
    house.server.stop()
    stranger = people.stranger(house.server)
    house.server.start()
    narrow = Api(house.server, people.key(stranger.api, scopes=["chat"])["key"])
    put(house.owner, requests_per_minute=50, concurrent_streams=1, tokens_per_day=30)
    assert narrow.get(LIMITS, expect=200).json()["workspace"] == NONE
    for _ in range(3):
        complete(narrow, house.model).raise_for_status()
    put(stranger, tokens_per_day=1)
    assert limits(house.ann)["tokens_per_day"] == 30 and narrow.get(LIMITS).json()["tokens_per_day"] == 1
    limited(complete(narrow, house.model), "token_limit_reached", 1)
    complete(house.ann.api, house.model).raise_for_status()
