"""What is done in another window: what is being typed here outlives it, and it is said."""

import pytest
from playwright.sync_api import expect

from support import sample, script
from support.waiting import eventually
from support.window import PHONE, Conversation, barriers, narrow

pytestmark = pytest.mark.browser

SECOND, THIRD = "When does loquat fruit ripen?", "What family is the loquat of?"

# Keeps what the status line says, and the answers to what is done with a turn until `letGo` is called.
LATE = r"""() => {
  const [status, send] = [document.querySelector("#status"), window.fetch];
  window.said = [];
  new MutationObserver(() => window.said.push(status.textContent)).observe(status, { childList: true });
  window.fetch = async (...asked) => {
    const response = await send(...asked);
    if (/\/(rewind|regenerate)$/.test(asked[0])) await new Promise((go) => (window.letGo = go));
    return response;
  };
}"""


@pytest.fixture
def both(answering, window):
    """`both(steps…, **size)` is two windows on one conversation with two exchanges, and its owner's API."""

    def begin(*more, **size):
        server, api = answering(script.answer("To ten metres."), script.answer("In early spring."), *more)
        session = api.ask(sample.QUESTION)["session_id"]
        api.ask(SECOND, session_id=session)
        conversations = []
        for _ in range(2):
            opened = window(server.url, **size)
            page = opened.log_in(server)
            page.goto(f"/sessions/{session}")
            conversation = Conversation(page)
            conversation.window, conversation.session = opened, session
            conversation.problem, conversation.kept = page.locator("#problem"), page.get_by_label("What you were writing")
            expect(conversation.answers).to_have_count(2)
            conversations.append(conversation)
        return (*conversations, api)

    return begin


def edit(conversation, text):
    conversation.act("Edit", conversation.messages.last)
    field = conversation.page.get_by_role("textbox", name="The message")
    expect(field).to_have_value(SECOND)
    field.fill(text)
    return field


def let_go(conversation):
    eventually(lambda: conversation.page.evaluate("Boolean(window.letGo)"), "an answer that is held back")
    conversation.page.evaluate("window.letGo()")


def test_words_outlive_the_message_that_they_were_for(both):
    here, there, _ = both(script.answer("Of the rose family."))
    edit(here, THIRD)
    there.act("Rewind to here", there.answers.first)
    expect(here.answers).to_have_count(1)
    expect(here.question).to_have_value(THIRD)
    expect(here.question).to_be_focused()
    expect(here.problem).to_contain_text("your words are in the field above")
    expect(here.kept).to_be_hidden()
    here.page.keyboard.press("Enter")
    here.sees("Of the rose family.")
    here.complete()
    expect(here.problem).to_be_empty()


def test_words_that_were_sent_are_kept_nowhere_else(both):
    here, _, _ = both(script.answer("Of the rose family."))
    here.page.evaluate(LATE)
    edit(here, THIRD).press("Enter")
    # The stream has told it.
    here.sees("Of the rose family.")
    let_go(here)
    here.complete()
    expect(here.messages.last.locator(".words")).to_have_text(THIRD)
    expect(here.page.get_by_role("textbox", name="The message")).to_have_count(0)
    expect(here.question).to_have_value("")
    expect(here.kept).to_be_hidden()
    expect(here.problem).to_be_empty()


def test_words_stand_apart_from_a_question_that_is_being_typed(both):
    here, there, _ = both()
    page = here.page
    here.window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    here.question.fill("Half a question")
    edit(here, THIRD)
    there.act("Rewind to here", there.answers.first)
    expect(here.kept).to_have_value(THIRD)
    expect(here.kept).to_be_focused()
    expect(here.question).to_have_value("Half a question")
    expect(here.problem).to_contain_text("your words are below")
    assert not barriers(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(here.status).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == THIRD
    page.get_by_role("button", name="Close").click()
    expect(here.kept).to_be_hidden()
    expect(here.question).to_be_focused()
    expect(here.question).to_have_value("Half a question")


def test_words_outlive_another_persons_words_in_the_same_place(both):
    here, there, _ = both(script.answer("Of the rose family."))
    edit(here, "What is typed here?")
    edit(there, THIRD).press("Enter")
    here.sees("Of the rose family.")
    here.complete()
    expect(here.messages.last.locator(".words")).to_have_text(THIRD)
    expect(here.question).to_have_value("What is typed here?")


def test_an_edit_that_changed_nothing_leaves_nothing(both):
    here, there, _ = both()
    edit(here, SECOND)
    there.act("Rewind to here", there.answers.first)
    expect(here.answers).to_have_count(1)
    expect(here.question).to_have_value("")
    expect(here.kept).to_be_hidden()
    expect(here.problem).to_be_empty()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_for_kept_words(both, scheme):
    here, there, _ = both(**PHONE, color_scheme=scheme)
    here.question.fill("Half a question")
    edit(here, f"{THIRD} " * 40 + "x" * 300)
    there.act("Rewind to here", there.answers.first)
    expect(here.kept).to_be_visible()
    narrow(here.page)
    assert not barriers(here.page)


def test_what_became_of_the_line_is_said_where_it_was_not_done(both):
    here, there, api = both(script.answer("A second version."))
    undo = here.page.get_by_role("button", name="Undo")
    there.act("Rewind to here", there.answers.first)
    expect(here.status).to_have_text("The conversation was taken back in another window.")
    expect(there.status).to_have_text("Taken back to here. It can be undone.")
    undo.click()
    expect(there.status).to_have_text("What was taken back was restored in another window.")
    expect(here.status).to_have_text("It is as it was.")
    there.act("Regenerate")
    here.sees("A second version.")
    here.complete()
    there.complete()
    expect(here.status).to_have_text("The answer is complete.")
    expect(there.versions()).to_have_text("2 of 2")
    there.act("Previous version")
    expect(here.status).to_have_text("Another version is shown.")
    expect(there.status).to_have_text("Version 1 of 2.")
    path = f"/api/v1/chat/sessions/{here.session}/branches"
    turn = api.messages(here.session)[1]["turn_id"]
    api.post(path, json={"turn_id": turn, "name": "<b>aside</b>"}, expect=201)
    there.page.get_by_text("Branches", exact=True).click()
    there.page.get_by_role("button", name="Switch to <b>aside</b>").click()
    for conversation in (here, there):
        expect(conversation.status).to_have_text("On the branch <b>aside</b>.")


def test_a_window_that_is_told_before_it_is_answered_says_its_own_words_alone(both):
    here, there, _ = both()
    there.page.evaluate(LATE)
    there.act("Rewind to here", there.answers.first)
    # The stream has told it.
    expect(there.answers).to_have_count(1)
    let_go(there)
    expect(there.status).to_have_text("Taken back to here. It can be undone.")
    assert not [text for text in there.page.evaluate("window.said") if "another window" in text]
    # And the next that is done elsewhere is said.
    here.page.get_by_role("button", name="Undo").click()
    expect(there.status).to_have_text("What was taken back was restored in another window.")


def test_a_question_beside_another_windows_answer_is_told_to_wait(both, upstream):
    gate = script.gate()
    slow = [script.Text("Slowly "), gate, script.Text("said."), script.Finish(), script.Done()]
    here, there, _ = both(slow, script.answer("At once."))
    there.ask(THIRD)
    here.sees("Slowly")
    here.ask(sample.QUESTION)
    expect(here.problem).to_have_text("Wait for the answer, or stop it, first.")
    expect(here.question).to_have_value(sample.QUESTION)
    expect(here.answers).to_have_count(3)
    upstream.open(gate)
    here.complete()
    here.question.press("Enter")
    here.sees("At once.")
    expect(here.problem).to_be_empty()
