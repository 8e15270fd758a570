"""The page's door without a browser: what its cookie opens, and what another site cannot make it do."""

import re
from html import unescape

import httpx
import pytest

from support import sample
from support.api import Api
from support.server import Server

EMAIL, PASSWORD = "owner@example.test", "correct horse battery"


@pytest.fixture(scope="module")
def house():
    server = Server()
    yield server.start()
    server.remove()


@pytest.fixture
def visit(house):
    """`visit()` is a browser that has not logged in; it sends what browsers send with their own pages' requests."""
    clients = []

    def begin(**headers):
        clients.append(httpx.Client(base_url=house.url, headers={"Sec-Fetch-Site": "same-origin", **headers}, timeout=60))
        return clients[-1]

    yield begin
    for client in clients:
        client.close()


def field(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.text).group(1)


def follow_link(house, client):
    path = house.login_path()
    page = client.get(path)
    return client.post(path, data={"form_token": field(page, "form_token")})


@pytest.fixture
def owner(house, visit):
    client = visit()
    assert follow_link(house, client).status_code == 303
    return client


def csrf(client):
    return re.search(r'<meta name="csrf-token" content="([^"]+)">', client.get("/").text).group(1)


# Pages say what they may do


PAGES = ["/login", "/", "/collections", "/account", "/audit", "/docs", "/login/lql_x", "/sessions/00000000-0000-7000-8000-000000000000"]
PAGES += ["/sessions?archived=1", "/search?q=x", "/shared/x"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_forbids_what_is_not_its_own(owner, path):
    page = owner.get(path, follow_redirects=True)
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy.pop("default-src") == "'none'" and policy.pop("script-src") == "'self'" and policy.pop("connect-src") == "'self'"
    assert policy.pop("style-src") == ("'self' 'unsafe-inline'" if path == "/docs" else "'self'")
    assert policy == {"img-src": "'self' data:", "form-action": "'self'", "base-uri": "'none'", "frame-ancestors": "'none'"}
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "http:" not in page.text and "https:" not in page.text
    assert not re.search(r"<script(?! src=\"/assets/)|<style| style=| on[a-z]+=", page.text)


def test_what_pages_load_is_kept_and_known_again(visit):
    client = visit()
    page = client.get("/login")
    addresses = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text)
    assert len(addresses) >= 4
    for address in addresses + re.findall(r'(?:src|href)="(/assets/[^"]+)"', client.get("/docs").text):
        asset = client.get(address)
        assert asset.status_code == 200 and asset.headers["cache-control"] == "public, max-age=31536000, immutable", address
        assert asset.headers["x-content-type-options"] == "nosniff"
        again = client.get(address, headers={"If-None-Match": asset.headers["etag"]})
        assert again.status_code == 304 and not again.content
        assert client.get(address.split("?")[0]).headers["cache-control"] == "no-cache"
    assert client.get("/assets/layout.mustache").status_code == 404
    assert client.get("/assets/..%2fassets.c").status_code == 404


# Coming in


def test_whoever_is_not_logged_in_is_led_to_the_login(visit):
    client = visit()
    for path in ("/collections", "/collections/x?cursor=1", "/documents/1?start=2&end=3"):
        answer = client.get(path)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/login?to=/")
        assert httpx.URL(answer.headers["location"]).params["to"] == path
    part = client.get("/sessions", headers={"HX-Request": "true"})
    assert part.status_code == 401 and part.headers["hx-redirect"] == "/login"


def test_the_cookie_is_kept_from_scripts_and_other_sites(house, visit):
    for proto, secure in ((None, False), ("http", False), ("https", True)):
        client = visit(**({"X-Forwarded-Proto": proto} if proto else {}))
        path = house.login_path()
        token = field(client.get(path), "form_token")
        # A cookie for TLS alone is not sent back here.
        client.cookies.set("loquat_form", token)
        answer = client.post(path, data={"form_token": token})
        cookie = answer.headers["set-cookie"]
        assert answer.status_code == 303 and cookie.startswith("loquat_session=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert ("Secure" in cookie) == secure


def test_the_first_account_owns_and_then_the_door_is_closed(start):
    server = start()
    with httpx.Client(base_url=server.url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as client:
        assert client.get("/login").headers["location"] == "/register"
        page = client.get("/register")
        token = field(page, "form_token")
        short = client.post("/register", data={"form_token": token, "email": EMAIL, "password": "short"})
        assert short.status_code == 422 and 'role="alert"' in short.text and EMAIL in short.text
        assert client.post("/register", data={"form_token": token, "email": EMAIL, "password": PASSWORD}).status_code == 303
        assert EMAIL in client.get("/").text
        assert client.get("/register").status_code == 404
        assert client.post("/logout", data={"csrf": csrf(client)}).status_code == 303
        assert client.get("/").status_code == 303
        login = client.get("/login?to=/collections")
        data = {"form_token": field(login, "form_token"), "to": field(login, "to"), "email": EMAIL}
        wrong = client.post("/login", data={**data, "password": "wrong horse"})
        assert wrong.status_code == 422 and "not right" in wrong.text and PASSWORD not in wrong.text
        answer = client.post("/login", data={**data, "password": PASSWORD})
        assert answer.status_code == 303 and answer.headers["location"] == "/collections"
        assert client.get("/collections").status_code == 200


@pytest.mark.parametrize("path", ["//evil.test", "/\\evil.test", "https://evil.test/", "javascript:alert(1)", "/a\r\nSet-Cookie: x=y"])
def test_logging_in_leads_nowhere_else(owner, path):
    answer = owner.get("/login", params={"to": path})
    assert answer.status_code == 303 and answer.headers["location"] == "/"


def test_looking_at_a_link_does_not_use_it_up_and_using_it_does(house, visit):
    path = house.login_path()
    for method in ("GET", "HEAD", "GET"):
        assert visit().request(method, path).status_code == 200
    client = visit()
    token = field(client.get(path), "form_token")
    assert client.post(path, data={"form_token": token}).status_code == 303
    late = visit()
    token = field(late.get(path), "form_token")
    answer = late.post(path, data={"form_token": token})
    assert answer.status_code == 422 and "used already" in answer.text
    assert "loquat_session" not in answer.headers.get("set-cookie", "")


# What other sites may try


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "", "Origin": "https://evil.test"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_another_site_can_change_nothing(owner, house, headers):
    token = csrf(owner)
    requests = [
        ("POST", "/api/v1/collections", {"json": {"name": "forged"}}),
        ("POST", "/api/v1/chat", {"json": {"message": "forged"}}),
        ("POST", "/logout", {"data": {"csrf": token}}),
    ]
    for method, path, arguments in requests:
        answer = owner.request(method, path, headers={"X-CSRF-Token": token, **headers}, **arguments)
        assert answer.status_code == 403, (path, answer.text)
    assert owner.get("/collections").status_code == 200
    names = [item["name"] for item in owner.get("/api/v1/collections").json()["items"]]
    assert "forged" not in names


def test_a_request_by_cookie_needs_the_token(owner, visit, house):
    other = visit()
    follow_link(house, other)
    own, foreign = csrf(owner), csrf(other)
    assert own != foreign
    for token in (None, "", "x", foreign):
        headers = {} if token is None else {"X-CSRF-Token": token}
        answer = owner.post("/api/v1/collections", json={"name": "forged"}, headers=headers)
        assert answer.status_code == 403 and answer.json()["code"] == "csrf_failed"
    assert owner.post("/api/v1/collections", json={"name": f"own {own[:8]}"}, headers={"X-CSRF-Token": own}).status_code == 201
    assert owner.post("/logout", data={"csrf": foreign}).status_code == 403
    assert owner.get("/api/v1/chat/sessions").status_code == 200


def test_a_login_cannot_be_forced_on_somebody(house, visit):
    path = house.login_path()
    client = visit()
    token = field(client.get(path), "form_token")
    for data, cookies in (({}, None), ({"form_token": token}, {}), ({"form_token": "0" * 64}, None), ({"form_token": ""}, {"loquat_form": ""})):
        attempt = visit()
        if cookies is None:
            attempt.get(path)
        for name, value in (cookies or {}).items():
            attempt.cookies.set(name, value)
        answer = attempt.post(path, data=data)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert client.post(path, data={"form_token": token}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(path, data={"form_token": token}).status_code == 303


def test_a_key_beside_the_cookie_decides(owner, house):
    """A request that shows a key is a program's: the cookie counts for nothing."""
    assert owner.get("/api/v1/collections", headers={"Authorization": "Bearer lq_wrong"}).status_code == 401


def test_without_a_login_the_cookie_opens_nothing(visit):
    for secret in ("", "x", "lqs_" + "a" * 43, '"<script>'):
        client = visit()
        client.cookies.set("loquat_session", secret)
        assert client.get("/").status_code == 303
        assert client.get("/api/v1/collections").status_code == 401


# Whose pages they are


def test_nobody_sees_the_pages_of_another(start):
    server = start({"LOQUAT_REGISTRATION": "open"})
    with (
        httpx.Client(base_url=server.url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as first,
        httpx.Client(base_url=server.url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as second,
    ):
        for client, email in ((first, EMAIL), (second, "ada@example.test")):
            token = field(client.get("/register"), "form_token")
            assert client.post("/register", data={"form_token": token, "email": email, "password": PASSWORD}).status_code == 303
        token = {"X-CSRF-Token": csrf(first)}
        collection = first.post("/api/v1/collections", json={"name": "Mine"}, headers=token).json()["id"]
        body = {"text": sample.LOQUAT_TREE, "title": "Mine", "collection_id": collection}
        document = first.post("/api/v1/documents", json=body, headers=token).json()["id"]
        session = first.post("/api/v1/chat", json={"message": "Mine?", "stream": False}, headers=token).json()["session_id"]
        nothing = None
        parts = [f"/sessions/{session}/{part}" for part in ("edit", "share", "branches/main")]
        for path in (f"/collections/{collection}", f"/documents/{document}", f"/sessions/{session}", f"/collections/{collection}/documents", *parts):
            assert first.get(path).status_code == 200, path
            answer = second.get(path)
            missing = second.get(re.sub("[0-9a-f]{4}(?=/|$)", "0000", path))
            assert answer.status_code == missing.status_code == 404
            assert strip_request(answer) == strip_request(missing)
            nothing = nothing or strip_request(answer)
            assert strip_request(answer) == nothing
        assert "Mine" not in second.get("/collections").text + second.get("/").text


def strip_request(answer):
    return re.sub("Request [0-9a-f-]+", "", answer.text)


# What stands at the side


def test_every_pinned_conversation_is_at_the_side(house, owner):
    """More than are shown at once: the list goes on, as that of the others does."""
    api = Api(house, house.create_key("pins"))
    pinned, others = [[api.ask(f"{kind} {number}")["session_id"] for number in range(count)] for kind, count in (("Kept", 52), ("Loose", 2))]
    for session in pinned:
        api.patch(f"/api/v1/chat/sessions/{session}", json={"pinned": True}, expect=200)
    part = re.search(r'<ol aria-labelledby="pinned-heading">(.*?)</ol>', owner.get("/").text, re.DOTALL).group(1)
    found = []
    while part:
        found += re.findall(r'<a href="/sessions/([0-9a-f-]{36})"', part)
        more = re.search(r'hx-get="(/sessions\?[^"]*)"', part)
        part = owner.get(unescape(more.group(1))).text if more else ""
    assert sorted(found) == sorted(pinned) and not set(found) & set(others)


# What goes wrong


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/api", "/api/v1/nothing", "/api/v1/users", "/v1/nothing", "/v1/models", "//api/v1/users"])
def test_the_api_answers_with_problems_whoever_asks(visit, path):
    answer = visit(Accept=BROWSER).get(path)
    assert answer.status_code in (401, 404)
    assert answer.headers["content-type"] == "application/problem+json" and answer.json()["status"] == answer.status_code


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/problem+json, */*", "application/json, text/html;q=0.9"])
def test_programs_are_told_of_problems_everywhere(visit, accept):
    answer = visit(Accept=accept).get("/nothing")
    assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("POST", "/collections", 405), ("DELETE", "/login", 405), ("GET", "/" + "x" * 9000, 414)],
)
def test_browsers_are_told_on_a_page(visit, method, path, status):
    answer = visit(Accept=BROWSER).request(method, path)
    assert answer.status_code == status and answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store" and answer.headers["vary"] == "Accept"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-request-id"] in answer.text and 'href="/"' in answer.text
    assert "http:" not in answer.text and "https:" not in answer.text


def test_a_head_of_a_page_that_is_not_there_has_no_body(visit):
    answer = visit(Accept=BROWSER).head("/nothing")
    assert answer.status_code == 404 and not answer.content and int(answer.headers["content-length"]) > 0
