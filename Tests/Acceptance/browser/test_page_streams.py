"""An answer as it comes, in one window and in two, through cuts and crashes."""

import pytest
from playwright.sync_api import expect

from support import sample, script
from support.gap import Gap
from support.waiting import eventually
from support.window import Conversation

pytestmark = pytest.mark.browser


@pytest.fixture
def gap():
    gaps = []

    def begin(server):
        gaps.append(Gap(lambda: server.port))
        return gaps[-1]

    yield begin
    for opened in gaps:
        opened.close()


def stored(api, session):
    return [message for message in api.messages(session) if message["role"] == "assistant"][-1]


def gated(*parts):
    """An answer in parts, with a gate before each part but the first; and the gates."""
    steps, gates = [script.Text(parts[0])], []
    for part in parts[1:]:
        gates.append(script.gate())
        steps += [gates[-1], script.Text(part)]
    return [*steps, script.Finish(), script.Done()], gates


def test_text_and_sources_come_before_the_end(answering, upstream, window):
    steps, (gate,) = gated("A loquat tree grows ", "to ten metres [1].")
    server, api = answering(steps)
    page = window(server.url).log_in(server)
    conversation = Conversation(page).ask(sample.QUESTION)
    session = conversation.begun()
    conversation.sees("A loquat tree grows")
    expect(conversation.answers.last.locator(".source").first).to_be_visible()
    expect(conversation.stop).to_be_visible()
    upstream.open(gate)
    conversation.complete()
    conversation.sees("A loquat tree grows to ten metres [1].")
    expect(conversation.answer.locator("a.citation")).to_have_text("[1]")
    # What was put in place piece by piece is what the page shows when it is loaded anew.
    live = page.locator("#timeline").inner_html()
    page.goto(f"/sessions/{session}")
    assert words(page) and words(page) == words_of(live, page)


def words(page):
    return page.locator("#timeline .words").evaluate_all("all => all.map((one) => one.innerHTML)")


def words_of(html, page):
    return page.evaluate(
        "html => [...new DOMParser().parseFromString(html, 'text/html').querySelectorAll('.words')].map((one) => one.innerHTML)", html
    )


def test_a_second_window_sees_the_turn_stream(answering, upstream, window):
    steps, (first, second) = gated("One ", "two ", "three.")
    server, api = answering(steps, steps)
    one = window(server.url).log_in(server)
    asking = Conversation(one).ask(sample.QUESTION)
    session = asking.begun()
    asking.sees("One")
    two = window(server.url)
    two.log_in(server)
    late = Conversation(two.tab(f"/sessions/{session}"))
    late.sees("One")
    upstream.open(first)
    for conversation in (asking, late):
        conversation.sees("One two")
    upstream.open(second)
    for conversation in (asking, late):
        conversation.complete()
        conversation.sees("One two three.")
    # And the next turn, question and all, in a window that did not ask.
    again = "Tell once more how tall a loquat tree grows."
    asking.ask(again)
    expect(late.page.get_by_role("article", name="You").last).to_contain_text(again)
    expect(late.answers).to_have_count(2)
    late.complete()
    late.sees("One two three.")


def test_stop_ends_a_turn_and_keeps_its_text(answering, window):
    steps, _ = gated("What was said ", "and what was not.")
    server, api = answering(steps)
    conversation = Conversation(window(server.url).log_in(server)).ask(sample.QUESTION)
    session = conversation.begun()
    conversation.sees("What was said")
    conversation.stop.click()
    conversation.complete()
    expect(conversation.answers.last.locator(".state")).to_have_text("Stopped.")
    assert conversation.answer.inner_text().strip() == stored(api, session)["content"].strip() == "What was said"
    assert stored(api, session)["status"] == "stopped"


def test_what_is_typed_while_a_question_is_sent_stays(answering, window):
    server, api = answering(script.answer("Yes."), script.answer("No."), script.answer("Well."))
    page = window(server.url).log_in(server)
    conversation, held = Conversation(page), []
    page.route("**/api/v1/chat", lambda route: held.append(route))

    def ask(question, typed):
        conversation.ask(question)
        eventually(lambda: page.title() and held, "the question is sent")
        conversation.question.fill(typed)
        held.pop().continue_()

    # The page of a new conversation takes its place.
    ask("Is it?", "Is it?And why?")
    conversation.begun()
    conversation.complete()
    expect(conversation.question).to_have_value("And why?")
    ask("And why?", "Something else.")
    expect(conversation.answers).to_have_count(2)
    conversation.complete()
    expect(conversation.question).to_have_value("Something else.")
    ask("Something else.", "Something else.")
    expect(conversation.answers).to_have_count(3)
    expect(conversation.question).to_have_value("")


def test_a_failure_is_told(answering, upstream, window):
    server, api = answering([script.Status(400)])
    conversation = Conversation(window(server.url).log_in(server)).ask(sample.QUESTION)
    session = conversation.begun()
    conversation.complete()
    expect(conversation.answers.last.locator(".state")).to_have_text(stored(api, session)["error"]["message"])
    conversation.page.reload()
    expect(conversation.answers.last.locator(".state")).to_have_text(stored(api, session)["error"]["message"])


def test_a_cut_network_costs_nothing(answering, upstream, window, gap):
    steps, (first, second, third) = gated("One ", "two ", "three ", "four.")
    server, api = answering(steps)
    network = gap(server)
    conversation = Conversation(window(network.url).log_in(server)).ask(sample.QUESTION)
    session = conversation.begun()
    conversation.sees("One")
    upstream.open(first)
    conversation.sees("One two")
    network.cut()
    expect(conversation.status).to_contain_text("Reconnecting")
    upstream.open(second)
    upstream.reached(third)
    network.mend()
    conversation.sees("One two three")
    upstream.open(third)
    conversation.complete()
    assert conversation.answer.inner_text().strip() == stored(api, session)["content"].strip() == "One two three four."
    expect(conversation.status).not_to_contain_text("Reconnecting")


def test_a_turn_that_ends_during_a_cut_is_there_afterwards(answering, upstream, window, gap):
    steps, (gate,) = gated("Before the cut, ", "and behind it [1].")
    server, api = answering(steps)
    network = gap(server)
    conversation = Conversation(window(network.url).log_in(server)).ask(sample.QUESTION)
    session = conversation.begun()
    conversation.sees("Before the cut,")
    network.cut()
    upstream.open(gate)
    api.settled_answer(session, stored(api, session)["turn_id"])
    network.mend()
    conversation.complete()
    assert conversation.answer.inner_text().strip() == stored(api, session)["content"].strip()


def test_a_killed_server_comes_back_with_what_was_shown(answering, upstream, window, gap):
    steps, (_, second) = gated("What was shown ", "before the crash. ", "Never said.")
    server, api = answering(steps, script.answer("Said after the crash."))
    network = gap(server)
    conversation = Conversation(window(network.url).log_in(server)).ask(sample.QUESTION)
    session = conversation.begun()
    conversation.sees("What was shown")
    server.kill()
    expect(conversation.status).to_contain_text("Reconnecting")
    server.start()
    conversation.complete()
    expect(conversation.answers.last).to_have_attribute("data-status", "interrupted")
    assert conversation.answer.inner_text().strip() == stored(api, session)["content"].strip() == "What was shown"
    # It goes on without being loaded anew.
    conversation.ask("Once more: " + sample.QUESTION)
    expect(conversation.answers).to_have_count(2)
    conversation.complete()
    conversation.sees("Said after the crash.")
