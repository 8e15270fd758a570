"""What was used: summed from the log, one's own, and never lost."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from support import people, script, shapes
from support.api import Api
from support.server import upstream_settings
from support.shapes import ABSENT
from support.usage import USAGE, complete, model, told


@pytest.fixture
def house(start, upstream):
    """An owner and two members, and models that use 10 + 1 and 200 + 20 tokens a turn."""
    owner = people.register(start(upstream_settings(upstream)))
    return SimpleNamespace(
        server=owner.api.server,
        owner=owner,
        ann=people.add(owner, "ann"),
        bob=people.add(owner, "bob"),
        small=model(upstream, 10, 1),
        large=model(upstream, 200, 20),
    )


def talk(house):
    """Turns of three people through every door; returns what they used."""
    session = house.ann.api.ask("one", model=house.small)["session_id"]
    house.ann.api.ask("two", model=house.small, session_id=session)
    house.ann.api.stream("three", model=house.large, session_id=session).finish()
    for stream in (True, False):
        assert complete(house.ann.api, house.large, stream=stream).status_code == 200
    complete(house.bob.api, house.small)
    house.owner.api.ask("four", model=house.large)
    return {
        (house.ann.id, house.small): (2, 20, 2),
        (house.ann.id, house.large): (3, 600, 60),
        (house.bob.id, house.small): (1, 10, 1),
        (house.owner.id, house.large): (1, 200, 20),
    }


def of(used, person):
    return {key: value for key, value in used.items() if key[0] == person.id}


def test_turns_are_summed_by_user_and_model_through_every_door(house):
    used = talk(house)
    for person in (house.ann, house.bob, house.owner):
        assert told(person.api) == of(used, person)
    assert told(house.owner.api, user_id="all") == used
    item = house.bob.api.items(USAGE)[0]
    assert item.keys() == {"date", "user_id", "model", "turns", "prompt_tokens", "completion_tokens"}
    now = datetime.datetime.now(datetime.timezone.utc).date()
    assert datetime.date.fromisoformat(item["date"]) in (now, now - datetime.timedelta(1))
    house.server.run("rebuild", "--check")


def test_usage_is_its_users_own(house):
    used = talk(house)
    assert told(house.owner.api, user_id=house.ann.id) == of(used, house.ann)
    assert told(house.ann.api, user_id="all") == told(house.ann.api, user_id=house.ann.id) == of(used, house.ann)
    admin = people.add(house.owner, "adm", "admin")
    assert told(admin.api, user_id="all") == used and told(admin.api) == {}
    narrow = Api(house.server, people.key(house.owner.api, scopes=["chat"])["key"])
    assert told(narrow, user_id="all") == of(used, house.owner)
    # Others' is as nobody's.
    pages = [
        api.get(USAGE, params={"user_id": user}, expect=200).text
        for api in (house.ann.api, narrow)
        for user in (house.bob.id, ABSENT)
    ]
    assert len(set(pages)) == 1 and told(house.ann.api, user_id=house.bob.id) == {}
    house.server.stop()
    stranger = people.stranger(house.server)
    house.server.start()
    assert told(stranger.api, user_id="all") == told(stranger.api, user_id=house.ann.id) == {}
    assert told(house.owner.api, user_id=stranger.id) == {} and told(house.owner.api, user_id="all") == used
    stranger.api.ask("elsewhere", model=house.small)
    assert told(stranger.api, user_id="all") == {(stranger.id, house.small): (1, 10, 1)}
    assert told(house.owner.api, user_id="all") == used


def test_days_are_asked_for(house):
    talk(house)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    day = lambda days: str(today + datetime.timedelta(days))
    everything = told(house.ann.api)
    assert everything
    assert told(house.ann.api, **{"from": day(-1), "to": day(1)}) == everything
    assert told(house.ann.api, **{"from": day(-29)}) == told(house.ann.api, to=day(3)) == everything
    for nothing in ({"to": day(-2)}, {"from": day(2)}, {"from": day(2), "to": day(-2)}, {"from": "1999-01-01", "to": "1999-12-31"}):
        assert told(house.ann.api, **nothing) == {}, nothing
    for name, value in (("from", "2026-02-30"), ("to", "today"), ("from", "2026-11-21T00:00:00Z"), ("user_id", "everybody"), ("cursor", "7")):
        shapes.invalid(house.ann.api.get(USAGE, params={name: value}), name)


def test_what_is_gone_was_used_all_the_same(house):
    used = talk(house)
    for session in house.ann.api.sessions():
        house.ann.api.delete(f"/api/v1/chat/sessions/{session['id']}", expect=204)
    assert told(house.ann.api) == of(used, house.ann)
    house.owner.api.delete(f"/api/v1/users/{house.ann.id}", expect=204)
    house.owner.api.delete(f"/api/v1/users/{house.bob.id}", expect=204)
    for _ in range(2):
        assert told(house.owner.api, user_id="all") == used
        assert told(house.owner.api, user_id=house.bob.id) == of(used, house.bob)
        house.server.run("rebuild", "--check")
        house.server.run("verify")
        house.server.restart()
    told_of = [entry for entry in house.owner.api.items("/api/v1/audit") if entry["action"] == "session_deleted"]
    assert len(told_of) == 4 and {entry["actor_id"] for entry in told_of} == {house.ann.id, house.owner.id}


@pytest.mark.parametrize("gone", [False, True])
def test_a_rebuild_finds_the_same(house, gone):
    used = talk(house)
    if gone:
        for session in house.ann.api.sessions():
            house.ann.api.delete(f"/api/v1/chat/sessions/{session['id']}", expect=204)
    server = house.server
    for harm in ("DELETE FROM usage", "UPDATE usage SET prompt_tokens = prompt_tokens + 1", "UPDATE usage SET workspace = user"):
        server.stop()
        with people.database(server) as connection:
            assert connection.execute(harm).rowcount > 0
        assert server.run("rebuild", "--check", check=False).returncode == 1
        server.run("rebuild")
        server.run("rebuild", "--check")
        server.start()
        assert told(house.owner.api, user_id="all") == used, harm


def test_a_store_from_before_usage_is_counted(house):
    used, server = talk(house), house.server
    server.stop()
    with people.database(server) as connection:
        connection.execute("DROP TABLE usage")
        for column in ("requests_per_minute", "concurrent_streams", "tokens_per_day"):
            connection.execute(f"ALTER TABLE workspaces DROP COLUMN {column}")
        assert connection.execute("DELETE FROM grdb_migrations WHERE identifier = '3 usage and limits'").rowcount == 1
    server.start()
    assert told(house.owner.api, user_id="all") == used
    server.run("rebuild", "--check")


def test_a_turn_that_fails_or_is_cut_off_is_one(house, upstream):
    failing = upstream.model([script.Text("a"), script.Cut()])
    house.ann.api.stream("fail", model=failing).finish()
    gate = script.gate()
    waiting = upstream.model([script.Text("a"), gate, *script.answer("b")])
    watcher = house.ann.api.stream("wait", model=waiting)
    watcher.shows("a")
    assert (house.ann.id, waiting) not in told(house.ann.api), "a running turn has used nothing yet"
    house.server.kill()
    upstream.open(gate)
    house.server.start()
    used = told(house.ann.api)
    assert used.pop((house.ann.id, failing))[0] == 1
    assert list(used.values()) == [(1, 0, 0)], "closed at the start, as interrupted"
    house.server.run("rebuild", "--check")


def test_many_turns_at_once_are_all_counted(house):
    people_of = [house.ann, house.bob]
    with ThreadPoolExecutor(16) as pool:
        turns = [pool.submit(complete, people_of[number % 2].api, (house.small, house.large)[number % 3 == 0]) for number in range(60)]
        assert {turn.result().status_code for turn in turns} == {200}
    used = told(house.owner.api, user_id="all")
    assert sorted(used.values()) == [(10, 2000, 200), (10, 2000, 200), (20, 200, 20), (20, 200, 20)]
    house.server.run("rebuild", "--check")


def test_a_call_that_is_not_stored_is_in_no_usage(house):
    assert complete(house.ann.api, house.small, store=False).status_code == 200
    assert told(house.owner.api, user_id="all") == {}
