"""Collections: made, listed, edited, deleted, and who may see them."""

from support import shapes
from support.shapes import ABSENT


def test_a_collection_is_made_and_read(api, unique):
    name = unique()
    made = api.post("/api/v1/collections", json={"name": name}, expect=201).json()
    shapes.has(made, {"id", "name", "created_at", "updated_at"})
    shapes.uuid7(made["id"])
    shapes.time(made["created_at"])
    shapes.time(made["updated_at"])
    assert made["name"] == name
    assert api.get(f"/api/v1/collections/{made['id']}", expect=200).json() == made
    assert made in api.items("/api/v1/collections")


def test_the_client_chooses_no_id(api, unique):
    answer = api.post("/api/v1/collections", json={"name": unique(), "id": ABSENT})
    assert answer.status_code == 422 or answer.json()["id"] != ABSENT


def test_a_name_is_needed(api):
    for body in ({}, {"name": ""}, {"name": None}, {"name": 7}):
        shapes.invalid(api.post("/api/v1/collections", json=body), "name")


def test_a_collection_is_renamed(api, unique):
    made = api.collection(unique())
    name = unique()
    changed = api.patch(f"/api/v1/collections/{made['id']}", json={"name": name}, expect=200).json()
    assert changed["name"] == name and changed["id"] == made["id"]
    assert api.get(f"/api/v1/collections/{made['id']}", expect=200).json() == changed


def test_an_edit_based_on_an_old_state_is_refused(api, unique):
    made = api.collection(unique())
    path = f"/api/v1/collections/{made['id']}"
    tag = api.get(path, expect=200).headers["etag"]
    api.patch(path, json={"name": unique()}, headers={"If-Match": tag}, expect=200)
    shapes.problem(api.patch(path, json={"name": unique()}, headers={"If-Match": tag}), 412)
    assert api.get(path).headers["etag"] != tag


def test_pages_hold_every_collection_once(api, unique):
    made = {api.collection(unique())["id"] for _ in range(5)}
    listed = [item["id"] for item in api.items("/api/v1/collections", limit=2)]
    assert len(listed) == len(set(listed))
    assert made <= set(listed)
    page = api.get("/api/v1/collections", params={"limit": 2, "offset": 1}, expect=200).json()["items"]
    assert [item["id"] for item in page] == listed[1:3]


def test_deleting_a_collection_deletes_its_documents_and_sessions_keep(api, unique):
    word = unique()
    collection = api.collection(word)
    (document,) = api.ready(api.upload(collection, "only.md", f"# {word}\n\nThe {word} is blue. It sings at night.\n"))
    turn = api.ask(f"What colour is the {word}?", collection_id=collection["id"])
    assert turn["sources"]
    api.delete(f"/api/v1/collections/{collection['id']}", expect=(200, 204))
    shapes.problem(api.get(f"/api/v1/collections/{collection['id']}"), 404)
    shapes.problem(api.get(f"/api/v1/documents/{document['id']}"), 404)
    assert document["id"] not in [item["id"] for item in api.items("/api/v1/documents")]
    assert all(source["document"]["id"] != document["id"] for source in api.retrieve(word, top_k=20)["results"])
    session = api.session(turn["session_id"])
    assert session["collection_id"] is None
    kept = api.answer(turn["session_id"], turn["turn_id"])
    assert kept["content"] == turn["message"] and kept["sources"] == turn["sources"]


def test_a_private_collection_does_not_exist_for_others(ada, bob, unique):
    made = ada.collection(unique(), visibility="private")
    hidden, absent = f"/api/v1/collections/{made['id']}", f"/api/v1/collections/{ABSENT}"
    for method, arguments in (("GET", {}), ("PATCH", {"json": {"name": "mine"}}), ("DELETE", {})):
        shapes.same_not_found(bob.request(method, hidden, **arguments), bob.request(method, absent, **arguments), made["id"], ABSENT)
    assert made["id"] not in [item["id"] for item in bob.items("/api/v1/collections")]
    assert ada.get(hidden, expect=200).json() == made


def test_a_workspace_collection_is_read_by_all_and_written_by_its_owner(ada, bob, unique):
    word = unique()
    made = ada.collection(word, visibility="workspace")
    ada.ready(ada.upload(made, "open.md", f"# {word}\n\nThe {word} is open to all of us.\n"))
    assert bob.get(f"/api/v1/collections/{made['id']}", expect=200).json()["name"] == word
    assert bob.retrieve(word, collection_id=made["id"])["results"]
    shapes.problem(bob.delete(f"/api/v1/collections/{made['id']}"), (403, 404))
    shapes.problem(bob.patch(f"/api/v1/collections/{made['id']}", json={"name": "taken"}), (403, 404))
    assert ada.get(f"/api/v1/collections/{made['id']}", expect=200).json()["name"] == word


def test_a_collection_is_shared_with_readers_and_taken_back(ada, bob, unique):
    word = unique()
    made = ada.collection(word, visibility="private")
    ada.ready(ada.upload(made, "shared.md", f"# {word}\n\nThe {word} is shared with some.\n"))
    path = f"/api/v1/collections/{made['id']}"
    ada.patch(path, json={"readers": [bob.user_id()]}, expect=200)
    assert bob.get(path, expect=200).json()["id"] == made["id"]
    assert bob.retrieve(word)["results"]
    ada.patch(path, json={"readers": []}, expect=200)
    shapes.problem(bob.get(path), 404)
    assert not bob.retrieve(word)["results"]


def test_readers_are_named_by_address_too(ada, bob, unique):
    made = ada.collection(unique(), readers=["BOB@example.test", bob.user_id()])
    assert made["readers"] == [bob.user_id()]
    path = f"/api/v1/collections/{made['id']}"
    assert bob.get(path, expect=200).json()["id"] == made["id"]
    for stranger in ("nobody@example.test", "00000000-0000-7000-8000-000000000000"):
        problem = shapes.problem(ada.patch(path, json={"readers": [stranger]}), 404)
        assert problem["code"] == "no_such_user" and stranger in problem["detail"]
    for nonsense in ("bob", "", "bob@", "@example.test"):
        shapes.problem(ada.patch(path, json={"readers": [nonsense]}), 422)
    assert ada.get(path, expect=200).json()["readers"] == [bob.user_id()]
