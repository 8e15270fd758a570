"""What is done with one turn: said again, in other words, to its end; rated, and left out."""

import pytest
from playwright.sync_api import expect

from support import sample, script
from support.api import Api
from support.server import upstream_settings
from support.waiting import eventually
from support.window import PHONE, Conversation, barriers, narrow

pytestmark = pytest.mark.browser

AGAIN = "When does loquat fruit ripen?"


def asked(server, window, **size):
    """A window on a conversation with one answer that is complete."""
    conversation = Conversation(window(server.url, **size).log_in(server)).ask(sample.QUESTION)
    conversation.session = conversation.begun()
    conversation.complete()
    return conversation


def contents(api, session):
    return [message["content"].strip() for message in api.messages(session)]


def test_an_answer_is_said_again_and_its_versions_are_leafed_through(answering, window):
    server, api = answering(*(script.answer(text) for text in ("First.", "Second.", "Third.")))
    conversation = asked(server, window)
    conversation.sees("First.")
    expect(conversation.versions()).to_have_count(0)
    for text, place in (("Second.", "2 of 2"), ("Third.", "3 of 3")):
        conversation.act("Regenerate")
        conversation.sees(text)
        conversation.complete()
        expect(conversation.answers).to_have_count(1)
        expect(conversation.versions()).to_have_text(place)
    conversation.act("Previous version")
    conversation.sees("Second.")
    expect(conversation.versions()).to_have_text("2 of 3")
    expect(conversation.button("Previous version")).to_be_focused()
    conversation.page.keyboard.press("Enter")
    conversation.sees("First.")
    expect(conversation.versions()).to_have_text("1 of 3")
    expect(conversation.button("Previous version")).to_be_disabled()
    expect(conversation.button("Next version")).to_be_focused()
    expect(conversation.status).to_have_text("Version 1 of 3.")
    conversation.page.reload()
    conversation.sees("First.")
    assert contents(api, conversation.session) == [sample.QUESTION, "First."]
    conversation.act("Next version")
    conversation.sees("Second.")
    assert not barriers(conversation.page)


def test_an_answer_is_said_again_with_instructions_or_by_another_model(start, upstream, window):
    model = upstream.model(script.answer("First."), script.answer("Second."))
    server = start(upstream_settings(upstream, LOQUAT_LLM_MODEL=model))
    sample.fill(Api(server, server.create_key("owner")), "library")
    conversation = asked(server, window)
    page = conversation.page
    dialog = page.get_by_role("dialog", name="Regenerate")
    conversation.act("Regenerate with …")
    instructions = dialog.get_by_label("Instructions")
    expect(instructions).to_be_focused()
    assert not barriers(page)
    instructions.fill("In <b>one</b> sentence.")
    dialog.get_by_role("button", name="Regenerate").click()
    expect(dialog).to_be_hidden()
    conversation.sees("Second.")
    conversation.complete()
    expect(conversation.versions()).to_have_text("2 of 2")
    eventually(lambda: page.evaluate("document.querySelector('#timeline').contains(document.activeElement)"), "the focus is where it was")
    assert ["In <b>one</b> sentence." in str(exchange.body) for exchange in upstream.requests(model)] == [False, True]
    conversation.act("Regenerate with …")
    # What an answer was told is not told again by itself.
    expect(instructions).to_have_value("")
    dialog.get_by_label("Model").select_option(label="extractive")
    dialog.get_by_role("button", name="Regenerate").click()
    expect(conversation.versions()).to_have_text("3 of 3")
    conversation.complete()
    assert len(upstream.requests(model)) == 2
    conversation.act("Regenerate with …")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(conversation.button("Regenerate with …")).to_be_focused()


def test_what_followed_comes_back_with_its_version(answering, window):
    server, api = answering(*(script.answer(text) for text in ("First.", "Later.", "Second.")))
    conversation = asked(server, window).ask(AGAIN)
    expect(conversation.answers).to_have_count(2)
    conversation.complete()
    conversation.act("Regenerate", conversation.answers.first)
    conversation.sees("Second.")
    conversation.complete()
    expect(conversation.answers).to_have_count(1)
    conversation.act("Previous version")
    expect(conversation.answers).to_have_count(2)
    conversation.sees("Later.")
    assert contents(api, conversation.session) == [sample.QUESTION, "First.", AGAIN, "Later."]


def test_a_message_is_put_in_other_words_where_it_stands(answering, window):
    server, api = answering(script.answer("To ten metres."), script.answer("In early spring."))
    conversation = asked(server, window)
    message = conversation.messages.last
    field = message.get_by_role("textbox", name="The message")
    conversation.act("Edit", message)
    expect(field).to_be_focused()
    expect(field).to_have_value(sample.QUESTION)
    field.fill("Something else")
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(conversation.button("Edit", message)).to_be_focused()
    expect(message.locator(".words")).to_have_text(sample.QUESTION)
    conversation.act("Edit", message)
    message.get_by_role("button", name="Cancel").click()
    expect(conversation.button("Edit", message)).to_be_focused()
    conversation.act("Edit", message)
    field.fill(AGAIN)
    field.press("Shift+Enter")
    assert field.input_value() == AGAIN + "\n"
    field.fill(AGAIN)
    field.press("Enter")
    conversation.sees("In early spring.")
    conversation.complete()
    expect(conversation.messages).to_have_count(1)
    expect(message.locator(".words")).to_have_text(AGAIN)
    expect(conversation.versions(message)).to_have_text("2 of 2")
    assert contents(api, conversation.session) == [AGAIN, "In early spring."]
    conversation.act("Previous version", message)
    expect(message.locator(".words")).to_have_text(sample.QUESTION)
    conversation.sees("To ten metres.")


def test_what_the_server_refuses_is_said_and_what_was_typed_stays(answering, window):
    server, api = answering(script.answer("To ten metres."))
    conversation = asked(server, window)
    conversation.act("Edit", conversation.messages.last)
    field = conversation.page.get_by_role("textbox", name="The message")
    field.fill("x" * 20000)
    field.press("Enter")
    expect(conversation.messages.last.get_by_role("alert")).not_to_be_empty()
    assert len(field.input_value()) == 20000
    assert contents(api, conversation.session) == [sample.QUESTION, "To ten metres."]


def test_a_question_that_is_too_long_is_refused_whole(answering, window):
    server, api = answering()
    page = window(server.url).log_in(server)
    field = page.get_by_label("Your question")
    for text in ("x" * 16_001, "x" * 3_000_000):
        field.fill(text)
        field.press("Enter")
        expect(page.locator("#problem")).not_to_be_empty()
        assert field.input_value() == text and api.sessions() == []


def test_an_answer_that_was_stopped_goes_on(answering, window):
    gate = script.gate()
    stopped = [script.Text("What was said "), gate, script.Text("and never this."), script.Finish(), script.Done()]
    server, api = answering(stopped, script.answer("and the rest."))
    conversation = Conversation(window(server.url).log_in(server)).ask(sample.QUESTION)
    session = conversation.begun()
    conversation.sees("What was said")
    expect(conversation.button("Regenerate")).to_be_hidden()
    conversation.stop.click()
    conversation.complete()
    conversation.act("Continue")
    conversation.sees("and the rest.")
    conversation.complete()
    conversation.sees("What was said")
    expect(conversation.versions()).to_have_text("2 of 2")
    expect(conversation.button("Continue")).to_have_count(0)
    answer = contents(api, session)[-1]
    assert answer.startswith("What was said") and answer.endswith("and the rest.")


def test_an_answer_that_was_cut_at_its_length_can_go_on_and_a_whole_one_cannot(answering, window):
    server, _ = answering(script.answer("As far as it goes", reason="length"), script.answer(" and on."))
    conversation = asked(server, window)
    expect(conversation.answers.last.locator(".state")).to_contain_text("longest length")
    conversation.act("Continue")
    conversation.sees("and on.")
    conversation.complete()
    expect(conversation.versions()).to_have_text("2 of 2")
    expect(conversation.button("Continue")).to_have_count(0)


def rated(api, session):
    return [event["payload"] for event in api.log(session) if event["kind"] == "turn.rated"]


def test_an_answer_is_rated(answering, window):
    server, api = answering(script.answer("To ten metres."))
    conversation = asked(server, window)
    page, good, bad = conversation.page, conversation.button("Good answer"), conversation.button("Bad answer")
    dialog = page.get_by_role("dialog", name="Thank you")
    good.click()
    expect(dialog).to_be_visible()
    assert not barriers(page)
    dialog.get_by_label("Why").select_option(label="It is right")
    dialog.get_by_label("In your words").fill("Short <b>and</b> true")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog).to_be_hidden()
    expect(good).to_have_attribute("aria-pressed", "true")
    expect(good).to_be_focused()
    last = rated(api, conversation.session)[-1]
    assert (last["rating"], last["reason"], last["text"]) == ("up", "right", "Short <b>and</b> true")
    bad.click()
    dialog.get_by_role("button", name="Not now").click()
    expect(bad).to_have_attribute("aria-pressed", "true")
    expect(good).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(bad).to_have_attribute("aria-pressed", "true")
    bad.click()
    expect(bad).to_have_attribute("aria-pressed", "false")
    expect(dialog).to_be_hidden()
    assert api.messages(conversation.session)[-1]["rating"] is None


def test_an_exchange_is_left_out_and_taken_in_again(answering, window):
    server, api = answering(script.answer("To ten metres."))
    conversation = asked(server, window)
    marks = conversation.page.locator(".mark", has_text="Left out")
    conversation.act("Hide", conversation.messages.last)
    expect(marks).to_have_count(2)
    expect(conversation.button("Show", conversation.messages.last)).to_be_focused()
    assert [message["hidden"] for message in api.messages(conversation.session)] == [True, True]
    assert not barriers(conversation.page)
    conversation.act("Show")
    expect(marks).to_have_count(0)
    assert [message["hidden"] for message in api.messages(conversation.session)] == [False, False]


def test_nothing_else_is_done_while_an_answer_is_written(answering, upstream, window):
    gate = script.gate()
    slow = [script.Text("Slowly "), gate, script.Text("said."), script.Finish(), script.Done()]
    server, _ = answering(script.answer("At once."), slow)
    conversation = asked(server, window).ask(AGAIN)
    expect(conversation.answers).to_have_count(2)
    conversation.sees("Slowly")
    conversation.act("Regenerate", conversation.answers.first)
    expect(conversation.page.locator("#problem")).to_contain_text("Wait for the answer")
    upstream.open(gate)
    conversation.complete()
    expect(conversation.answers).to_have_count(2)
    expect(conversation.page.locator("#problem")).to_be_empty()


def test_by_keyboard_alone(answering, window):
    server, _ = answering(*(script.answer(text) for text in ("First.", "Second.", "Third.")))
    conversation = asked(server, window)
    page = conversation.page
    message = conversation.messages.last

    def tab_to(locator, key="Tab", most=60):
        for _ in range(most):
            page.keyboard.press(key)
            if locator.count() and locator.evaluate("element => element === document.activeElement"):
                return locator.evaluate("element => getComputedStyle(element).outlineStyle")
        raise AssertionError(f"{locator} is not reached")

    page.evaluate("document.activeElement.blur()")
    assert tab_to(conversation.button("Regenerate")) != "none"
    page.keyboard.press("Enter")
    conversation.sees("Second.")
    expect(conversation.versions()).to_have_text("2 of 2")
    # The focus stands at the new answer, and what can be done with it comes next.
    assert tab_to(conversation.button("Previous version"), most=10) != "none"
    page.keyboard.press("Enter")
    conversation.sees("First.")
    tab_to(conversation.button("Edit", message), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(message.get_by_role("textbox", name="The message")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" Say it once more.")
    page.keyboard.press("Enter")
    conversation.sees("Third.")
    conversation.complete()
    expect(message.locator(".words")).to_contain_text("Say it once more.")
    tab_to(conversation.button("Bad answer"))
    page.keyboard.press("Space")
    expect(page.get_by_role("dialog", name="Thank you")).to_be_visible()
    page.keyboard.press("Escape")
    expect(conversation.button("Bad answer")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_for_all_of_it(answering, window, scheme):
    server, _ = answering(script.answer("To ten metres, and a word that is long: ", "x" * 300), script.answer("Second."))
    conversation = asked(server, window, **PHONE, color_scheme=scheme)
    page = conversation.page
    conversation.button("Regenerate").tap()
    conversation.sees("Second.")
    conversation.complete()
    expect(conversation.versions()).to_have_text("2 of 2")
    narrow(page)
    assert not barriers(page)
    conversation.button("Edit", conversation.messages.last).tap()
    expect(page.get_by_role("textbox", name="The message")).to_be_focused()
    narrow(page)
    assert not barriers(page)
    page.get_by_role("button", name="Cancel").tap()
    conversation.button("Good answer").tap()
    expect(page.get_by_role("dialog", name="Thank you")).to_be_visible()
    narrow(page)
    eventually(lambda: not barriers(page), "a dialog that is open to everybody")
