"""Routes about the process itself, and the conventions that hold for every route."""

import socket

import pytest

from support import shapes
from support.api import Api
from support.server import Server
from support.shapes import ABSENT
from support.waiting import DEADLINE


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_system_routes_need_no_key(api, path, slash):
    assert api.get(path + slash, key=None).status_code == 200


def test_metrics_are_prometheus_text(api):
    api.get("/healthz")
    answer = api.get("/metrics", key=None)
    assert answer.headers["content-type"].startswith("text/plain")
    samples = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    assert samples, answer.text
    for line in samples:
        float(line.rsplit(" ", 1)[1])


@pytest.mark.parametrize("path", ["/api/v1/collections", "/api/v1/documents", "/api/v1/chat/sessions", "/v1/models"])
def test_a_path_works_with_and_without_a_trailing_slash(api, path):
    assert api.get(path, expect=200).json().keys() == api.get(path + "/", expect=200).json().keys()


def test_an_unknown_path_is_a_problem(api):
    shapes.problem(api.get("/api/v1/no-such-thing"), 404)
    shapes.problem(api.get("/no-such-thing"), 404)


def test_a_wrong_method_is_a_problem(api):
    shapes.problem(api.request("PUT", "/api/v1/chat/sessions", json={}), (404, 405))


def test_no_key_is_a_problem(api):
    shapes.problem(api.get("/api/v1/collections", key=None), 401)


def test_a_request_id_is_returned(api):
    assert api.get("/healthz", headers={"X-Request-Id": "from-the-client-1"}).headers["x-request-id"] == "from-the-client-1"
    answer = api.get("/api/v1/no-such-thing", headers={"X-Request-Id": "from-the-client-2"})
    assert answer.headers["x-request-id"] == "from-the-client-2"
    assert answer.json()["request_id"] == "from-the-client-2"


def test_a_request_without_an_id_is_given_one(api):
    first, second = (api.get("/api/v1/no-such-thing") for _ in range(2))
    assert first.headers["x-request-id"] == first.json()["request_id"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_a_hostile_request_id_breaks_nothing(api):
    answer = api.get("/healthz", headers={"X-Request-Id": "x" * 5000})
    assert answer.status_code in (200, 400, 431)
    assert api.get("/healthz").status_code == 200


def test_a_trace_context_is_accepted(api):
    for value in ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "nonsense"):
        assert api.get("/api/v1/collections", headers={"traceparent": value}).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/collections", "/api/v1/documents", "/api/v1/chat/sessions"])
@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"limit": "many"}, {"offset": -1}])
def test_a_list_refuses_limits_out_of_range(api, path, params):
    shapes.problem(api.get(path, params=params), 422)


def test_a_cursor_from_nowhere_is_refused(api):
    shapes.problem(api.get("/api/v1/collections", params={"cursor": "not-a-cursor"}), (400, 422))


@pytest.mark.parametrize(
    "path",
    [f"/api/v1/collections/{ABSENT}", f"/api/v1/documents/{ABSENT}", f"/api/v1/chat/sessions/{ABSENT}", "/api/v1/collections/not-an-id"],
)
def test_what_does_not_exist_is_404(api, path):
    shapes.problem(api.get(path), 404)


def test_what_is_not_json_is_400(api):
    for path in ("/api/v1/collections", "/api/v1/chat", "/api/v1/retrievals", "/v1/chat/completions"):
        answer = api.post(path, content=b'{"message": ', headers={"Content-Type": "application/json"})
        shapes.problem(answer, 400)


def test_json_under_another_type_is_415(api):
    answer = api.post("/api/v1/chat", content=b"<message/>", headers={"Content-Type": "application/xml"})
    shapes.problem(answer, 415)


def test_key_is_the_only_thing_on_stdout_and_works_with_the_server_up_or_down():
    server = Server()
    try:
        before = server.create_key("before")
        server.start()
        while_running = server.create_key("while-running")
        for key in (before, while_running):
            assert Api(server, key).get("/api/v1/collections").status_code == 200
        assert len({before, while_running}) == 2
    finally:
        server.remove()


def test_two_servers_never_open_one_store(server):
    second = Server(data_dir=server.data_dir)
    try:
        with pytest.raises(AssertionError, match="ended with [1-9]"):
            second.start()
    finally:
        if second.running:
            second.kill()
        second.process = None
        second.remove()
    assert server.running


def test_keys_are_kept_only_as_hashes(server, api):
    server.create_key("hashed")
    for path in server.data_dir.rglob("*"):
        if path.is_file():
            assert api.key.encode() not in path.read_bytes(), path.name
    assert api.key not in server.stderr


def test_an_answer_to_head_has_no_body(server, api):
    for path, status in (("/healthz", 200), ("/api/v1/collections", 200), ("/nowhere", 404)):
        with socket.create_connection((server.host, server.port), timeout=DEADLINE) as connection:
            request = f"HEAD {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.key}\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, body = answer.split(b"\r\n\r\n", 1)
        assert head.startswith(f"HTTP/1.1 {status}".encode()) and body == b"", answer


def test_a_killed_server_does_not_keep_commands_waiting(start):
    server = start()
    server.kill()
    server.run("keys", "create", "--name", "after", seconds=30)


def test_files_are_their_owners_alone(installation):
    installation.data_dir.mkdir(mode=0o755)
    installation.create_key("first")
    for path in installation.data_dir.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path.name
