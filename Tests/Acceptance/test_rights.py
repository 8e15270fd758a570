"""Who may do what: every operation of the API, for everybody, by each way that a credential can travel."""

import json
from types import SimpleNamespace

import httpx
import pytest

from support import people, shapes
from support.routes import ADMIN, ASK, COMPLETION, NAME, ROUTES, SECRET, WRITE, Route
from support.server import Server
from support.session import Session
from support.shapes import ABSENT
from support.waiting import DEADLINE

PEOPLE = ["owner", "reader", "member", "stranger", "suspended", "wrong_scope", "nobody"]

# The headers by which somebody shows who they are. One more way is one more line.
WAYS = {
    "key": lambda person: {"Authorization": f"Bearer {person.key}"},
    "token": lambda person: {"Authorization": f"Bearer {person.token}"},
    "cookie": lambda person: {
        "Cookie": f"loquat_session={person.login}", "X-CSRF-Token": person.csrf_token, "Sec-Fetch-Site": "same-origin",
    },
}


@pytest.fixture(scope="module")
def world():
    """Everybody, and one of each thing of the owner's."""
    server = Server()
    server.start()
    world = SimpleNamespace(server=server, ids={}, serial=0, client=httpx.Client(timeout=DEADLINE))
    world.owner = owner = people.register(server)
    world.reader, world.member = people.add(owner, "reader"), people.add(owner, "member")
    world.viewer, world.suspended = people.add(owner, "viewer", "viewer"), people.add(owner, "suspended")
    readers = [person.id for person in (world.reader, world.viewer, world.suspended)]
    world.readers = readers
    collection = owner.api.collection(NAME, readers=readers)
    (document,) = owner.api.ready(owner.api.write(collection, f"{SECRET} title", f"The word is {SECRET}. It stands for nothing else."))
    turn = owner.api.ask(ASK["message"], collection_id=collection["id"])
    assert SECRET in turn["message"], "the answer must be worth hiding"
    spare = owner.api.ask(ASK["message"], collection_id=collection["id"])
    Session(owner.api, turn).branch(turn, "leaf")
    owner.api.patch(f"/api/v1/users/{world.suspended.id}", json={"suspended": True}, expect=200)
    world.narrow = {scope: people.key(owner.api, scopes=[other for other in people.SCOPES if other != scope])["key"] for scope in people.SCOPES}
    world.ids = {
        "collection": collection["id"],
        "document": document["id"],
        "session": turn["session_id"],
        "turn": turn["turn_id"],
        "spare": spare["session_id"],
        "spare_turn": spare["turn_id"],
        "shared": owner.api.post(f"/api/v1/chat/sessions/{spare['session_id']}/share", expect=201).json()["path"].rsplit("/", 1)[1],
        "key": owner.api.items("/api/v1/api-keys")[0]["id"],
        "user": world.reader.id,
    }
    server.stop()
    world.stranger = people.stranger(server)
    for person in (owner, world.reader, world.member, world.viewer, world.suspended, world.stranger):
        person.login = people.login(server, person.id)
    world.login = owner.login
    server.start()
    yield world
    server.remove()


def made(world, name):
    """A new thing like the one of that name."""
    owner = world.owner.api
    world.serial += 1
    match name:
        case "key":
            return people.key(owner)["id"]
        case "user":
            return owner.post("/api/v1/users", json={"email": f"made-{world.serial}@example.test"}, expect=201).json()["id"]
        case "collection":
            return owner.collection(f"made {world.serial}", readers=world.readers)["id"]
        case "document":
            return owner.write({"id": world.ids["collection"]}, f"made {world.serial}", f"text {world.serial}")["id"]
        case "session":
            return owner.ask("Hello")["session_id"]


def ids(world, for_good):
    """The ids that a route is asked with; what a successful request would remove is a copy."""

    class Ids(dict):
        def __missing__(self, name):
            if name == "email":
                world.serial += 1
                return f"asked-{world.serial}@example.test"
            thing = name.removeprefix("new_")
            return made(world, thing) if for_good and thing != name else world.ids[thing]

    return Ids(world.ids)


def absent(world):
    class Absent(dict):
        def __missing__(self, name):
            return "asked@example.test" if name == "email" else ABSENT

    return Absent()


def filled(value, known):
    if isinstance(value, dict):
        return {name: filled(member, known) for name, member in value.items()}
    return value.format_map(known) if isinstance(value, str) and "{" in value else value


def send(world, route, known, headers):
    """One request; of a stream that was opened nothing is read."""
    body = {"json": filled(route.body, known)} if route.body is not None else {}
    world.client.cookies.clear()
    with world.client.stream(route.method, world.server.url + route.path.format_map(known), headers=headers, **body) as answer:
        if not (answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream")):
            answer.read()
        return answer


def credentials(world, route, person, way):
    """Headers, or None where there is no such credential."""
    if person == "nobody":
        return {} if way == "key" else None
    if person != "wrong_scope":
        return WAYS[way](getattr(world, person))
    if route.scope is None:
        return None
    if way == "key":
        return {"Authorization": f"Bearer {world.narrow[route.scope]}"}
    # What one logs in for reaches as far as one's role.
    return WAYS[way](world.viewer) if route.scope in (WRITE, ADMIN) else None


def expected(route, person):
    if person == "wrong_scope":
        return 403
    return route.answers.get(person, 401)


def test_the_table_has_every_operation(server):
    document = httpx.get(server.url + "/openapi.json").json()
    declared = {
        operation["operationId"]: (method.upper(), path) for path, methods in document["paths"].items() for method, operation in methods.items()
    }
    assert declared.keys() == ROUTES.keys()
    for name, (method, path) in declared.items():
        route = ROUTES[name]
        assert (method, path.count("/"), path.split("{")[0]) == (route.method, route.path.count("/"), route.path.split("{")[0].split("?")[0])


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("operation", ROUTES)
def test_rights_hold(world, operation, person):
    route, status = ROUTES[operation], expected(ROUTES[operation], person)
    for way in WAYS:
        headers = credentials(world, route, person, way)
        if headers is None:
            continue
        answer = send(world, route, ids(world, for_good=status == 2), headers)
        if status == 2:
            assert 200 <= answer.status_code < 300, (way, answer.status_code, answer.text[:500])
            continue
        shapes.problem(answer, status)
        assert SECRET not in answer.text and NAME not in answer.text
        if status == 404:
            same(answer, send(world, route, absent(world), headers), world)


def same(hidden, missing, world):
    """What is not theirs and what is not there: the same bytes and headers, but for the ids that were asked for and the request's."""

    def seen(answer):
        text = answer.text.replace(answer.json()["request_id"], "REQUEST")
        for value in (*world.ids.values(), ABSENT):
            text = text.replace(value, "ASKED")
        headers = {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
        return answer.status_code, headers, text

    hidden_seen, missing_seen = seen(hidden), seen(missing)
    assert hidden_seen == missing_seen


@pytest.mark.parametrize("operation", [name for name, route in ROUTES.items() if route.names_a_thing])
@pytest.mark.parametrize("person", ["member", "stranger"])
def test_neither_a_condition_nor_a_wrong_body_tells_what_is_there(world, operation, person):
    route = ROUTES[operation]
    headers = {"Authorization": f"Bearer {getattr(world, person).key}"}
    wrong = Route(route.method, route.path, route.answers, route.scope, route.body and route.body | {next(iter(route.body)): 7})
    for asked, more in ((route, {"If-Match": '"of another state"'}), (wrong, {})):
        pair = [send(world, asked, known, headers | more) for known in (ids(world, for_good=False), absent(world))]
        assert pair[0].status_code >= 400
        same(*pair, world)


def test_the_refused_changed_nothing(world):
    owner = world.owner.api
    assert owner.get(f"/api/v1/collections/{world.ids['collection']}", expect=200).json()["name"] == NAME
    assert SECRET in owner.document_text(world.ids["document"])
    assert len(owner.messages(world.ids["session"])) == 2
    assert owner.get(f"/api/v1/users/{world.ids['user']}", expect=200).json()["role"] == "member"


# What opens nothing, whoever's it is.
OTHER_WAYS = {
    "another scheme": lambda world: [("Authorization", f"Basic {world.owner.key}")],
    "no scheme": lambda world: [("Authorization", world.owner.key)],
    "sent twice": lambda world: [("Authorization", f"Bearer {world.owner.key}")] * 2,
    "after a bad one": lambda world: [("Authorization", "Bearer bad"), ("Authorization", f"Bearer {world.owner.key}")],
    "two in one": lambda world: [("Authorization", f"Bearer {world.owner.key}, Bearer {world.owner.key}")],
    "another header": lambda world: [("X-API-Key", world.owner.key), ("Proxy-Authorization", f"Bearer {world.owner.key}")],
    "a key as a cookie": lambda world: [("Cookie", f"loquat_session={world.owner.key}")],
    "a token as a cookie": lambda world: [("Cookie", f"loquat_session={world.owner.token}")],
    "a login as a key": lambda world: [("Authorization", f"Bearer {world.login}")],
    "a login as a scheme": lambda world: [("Authorization", f"loquat_session={world.login}")],
    "the digest of a key": lambda world: [("Authorization", f"Bearer {people.digest(world.owner.key).hex()}")],
}


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_no_credential_travels_another_way(world, way):
    for operation, route in ROUTES.items():
        if expected(route, "nobody") == 401:
            answer = send(world, route, ids(world, for_good=False), OTHER_WAYS[way](world))
            assert answer.status_code == 401, (operation, answer.text[:500])


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "token", "authorization"])
def test_no_key_travels_in_the_query(world, name):
    for operation, route in ROUTES.items():
        if expected(route, "nobody") == 401:
            mark = "&" if "?" in route.path else "?"
            asked = Route(route.method, f"{route.path}{mark}{name}={world.owner.key}", route.answers, route.scope, route.body)
            assert send(world, asked, ids(world, for_good=False), {}).status_code == 401, operation


LISTS = ["/api/v1/collections", "/api/v1/documents", "/api/v1/chat/sessions", "/api/v1/api-keys"]


@pytest.mark.parametrize("person", ["member", "stranger"])
def test_no_list_holds_what_is_not_to_be_seen(world, person):
    asker = getattr(world, person)
    hidden = [value for name, value in world.ids.items() if name != "user"] + [world.owner.id, NAME]
    lists = LISTS + (["/api/v1/users", "/api/v1/audit"] if person == "stranger" else [])
    for path in lists:
        for limit in (1, 100):
            text = json.dumps([asker.api.get(path, params={"limit": limit}, expect=200).json(), asker.api.items(path, limit=limit)])
            assert not [value for value in hidden if value in text], (path, text[:500])
    if person == "stranger":
        known = {user["id"] for user in asker.api.items("/api/v1/users")}
        ours = {person.id for person in (world.owner, world.reader, world.member, world.viewer, world.suspended)}
        assert asker.id in known and not known & ours
    assert not any(NAME in model for model in asker.api.models())


@pytest.mark.parametrize("person", ["member", "stranger"])
def test_a_hidden_collection_has_as_many_documents_as_none(world, person):
    api = getattr(world, person).api
    for collection in (world.ids["collection"], ABSENT):
        page = api.get("/api/v1/documents", params={"collection_id": collection}, expect=200)
        assert page.json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("person", ["member", "stranger"])
def test_no_search_reads_what_is_not_to_be_seen(world, person):
    api = getattr(world, person).api
    for fields in ({}, {"mode": "lexical"}, {"top_k": 20}):
        found = api.retrieve(f"The word is {SECRET}", **fields)
        assert found["results"] == [] and found["cascade_tier"] == "none", found
    answer = api.ask(ASK["message"])
    assert answer["sources"] == [] and answer["citations"] == []
    assert SECRET not in answer["message"].replace(ASK["message"], "")
    known = api.post("/v1/chat/completions", json=COMPLETION | {"model": "loquat"}, expect=200)
    assert "stands for nothing else" not in known.text


@pytest.mark.parametrize("person", ["member", "stranger"])
def test_a_model_of_a_hidden_collection_is_an_unknown_model(world, person):
    api = getattr(world, person).api
    answers = []
    for name in (NAME, world.ids["collection"], "drawers1", ABSENT):
        answer = api.post("/v1/chat/completions", json=COMPLETION | {"model": f"loquat/{name}"})
        shapes.problem(answer, 404, "model_not_found")
        answers.append(answer.text.replace(answer.json()["request_id"], "REQUEST").replace(name, "ASKED"))
    assert len(set(answers)) == 1, answers


@pytest.mark.parametrize("person", ["reader", "member", "stranger"])
def test_nobody_goes_on_in_anothers_session(world, person):
    api = getattr(world, person).api
    for session in (world.ids["session"], ABSENT):
        shapes.problem(api.post("/api/v1/chat", json=ASK | {"session_id": session}), 404)
        header = {"X-Loquat-Session": session}
        shapes.problem(api.post("/v1/chat/completions", json=COMPLETION | {"model": "loquat"}, headers=header), 404)


def test_a_stranger_is_no_reader(world):
    """Naming another workspace's user tells no more than naming nobody."""
    path = f"/api/v1/collections/{world.ids['collection']}"
    pair = [world.owner.api.patch(path, json={"readers": [reader]}) for reader in (world.stranger.id, ABSENT)]
    assert shapes.without_identity(pair[0], world.stranger.id) == shapes.without_identity(pair[1], ABSENT)
    shapes.problem(pair[0], 404)
