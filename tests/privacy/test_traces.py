"""What is told beside the tables is declared too; twenty planted omissions are all caught (001-17)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from oms.kernel.register import PLACES, TRACES, Place
from oms.web.setup import LARGEST_BODY
from tests.privacy import traces

ROOT = Path(__file__).parents[2]
SOURCES = traces.sources(ROOT, "oms", "storefront")
MAILS = {path: source for path, source in SOURCES.items() if path.startswith("oms/notifications/")}
TEMPLATES = {str(path.relative_to(ROOT)): path.read_text() for path in ROOT.glob("templates/mail/*/*")}
SCRIPTS = {str(path.relative_to(ROOT)): path.read_text() for path in ROOT.glob("static/js/**/*.js")}
# What the frame of every mail gives its template.
FRAME = {"mail", "shop"}
# Who rings the doorbell and who counts tries: what they keep is declared as these.
IN_VALKEY = {
    "oms/kernel/jobs.py": "queue counterfoil",
    "oms/web/limits.py": "valkey limits",
    "oms/worker.py": "queue counterfoil",
}
assert LARGEST_BODY  # the module that installs every layer declares what the layers tell


def everything(find: Callable[[str], set[str]], texts: dict[str, str]) -> set[str]:
    """Return what any of some texts tells."""
    return {name for text in texts.values() for name in find(text)}


CHANNELS = {
    "queue payload": (traces.queue_names, SOURCES),
    "log value": (traces.log_names, SOURCES),
    "mail variable": (traces.mail_names, MAILS),
    "session value": (traces.session_names, SOURCES),
}


@pytest.mark.parametrize("channel", CHANNELS)
def test_whatever_is_told_is_declared_and_nothing_else_is(channel: str) -> None:
    said = everything(*CHANNELS[channel])

    assert traces.undeclared(said, TRACES, channel) == []
    assert TRACES[channel].plain | TRACES[channel].pseudonymous == said


def test_the_templates_of_mails_ask_for_declared_variables_alone() -> None:
    asked = everything(traces.template_names, TEMPLATES) - FRAME

    assert len(asked) > 20
    assert traces.undeclared(asked, TRACES, "mail variable") == []


def test_every_folder_cookie_and_store_of_a_browser_has_its_place() -> None:
    assert traces.unplaced(everything(traces.folders, SOURCES) - {"mail"}, PLACES, "file store") == []
    assert {path for path, source in SOURCES.items() if traces.cookie_names(source)} == {
        "oms/web/sessions.py"
    }
    assert traces.unplaced({"store", "desk"}, PLACES, "cookie") == []
    assert everything(traces.storage_names, SCRIPTS) == {"cart"}
    assert traces.unplaced(everything(traces.storage_names, SCRIPTS), PLACES, "storage") == []


def test_only_what_is_declared_lies_in_valkey() -> None:
    assert {path for path, source in SOURCES.items() if traces.opens_valkey(source)} == set(IN_VALKEY)
    assert set(IN_VALKEY.values()) <= set(PLACES)


def planted(find: Callable[[str], set[str]], channel: str) -> Callable[[str], list[str]]:
    """Return how a planted source is told undeclared for a channel."""
    return lambda source: traces.undeclared(find(source), TRACES, channel)


def misplaced(find: Callable[[str], set[str]], sort: str) -> Callable[[str], list[str]]:
    """Return how a planted source is told to use a store without a place."""
    return lambda source: traces.unplaced(find(source), PLACES, sort)


queue, told = planted(traces.queue_names, "queue payload"), planted(traces.log_names, "log value")
mail = planted(traces.mail_names, "mail variable")
template = planted(traces.template_names, "mail variable")
session = planted(traces.session_names, "session value")
folder, cookie = misplaced(traces.folders, "file store"), misplaced(traces.cookie_names, "cookie")
storage = misplaced(traces.storage_names, "storage")
# Columns, tables and sealed records have their planted omissions in test_register.py.
OMISSIONS = (
    (queue, 'outbox.say(session, "order.placed", order=1, email=typed)', "email"),
    (queue, 'say(session, "buyer.seen", ip=address)', "ip"),
    (queue, 'outbox.say(session, "a", **ids)', "**"),
    (queue, "outbox.say(session, topic, order=1, name=buyer.name)", "name"),
    (told, 'log.info("signed in: %s", buyer.email)', "email"),
    (told, 'log.warning("asked %s", request.url)', "url"),
    (told, '_access[0].info("request", query=environ["QUERY_STRING"])', "query"),
    (told, 'log.error(f"refused {typed}")', "an f-string"),
    (told, 'log.exception("broke: %s", str(error))', "str"),
    (told, 'log.info("from %s", environ["REMOTE_ADDR"])', "REMOTE_ADDR"),
    (mail, 'write("code", subject, reader, phone=contact.phone)', "phone"),
    (mail, 'write("code", subject, reader, **everything)', "**"),
    (template, "Dear {{ first_name }},", "first_name"),
    (template, "{% if birthday %}Cheers{% endif %}", "birthday"),
    (session, 'session["email"] = form.email.data', "email"),
    (session, "session[last_search] = words", "last_search"),
    (folder, 'path = settings.state_dir / "uploads"', "uploads"),
    (folder, 'path = state_dir / "searches.log"', "searches.log"),
    (cookie, 'response.set_cookie("visitor", token)', "visitor"),
    (storage, 'localStorage.setItem("seen", ids)', "seen"),
    (storage, 'sessionStorage.setItem("typed", form.value)', "typed"),
    (storage, "document.cookie = name", "document.cookie"),
)


@pytest.mark.parametrize(("find", "source", "name"), OMISSIONS, ids=[name for _, _, name in OMISSIONS])
def test_a_planted_omission_is_caught(find: Callable[[str], list[str]], source: str, name: str) -> None:
    assert [gap.split(": ", 1)[1] for gap in find(source)] == [f"{name} is not declared"]


def test_the_caught_omissions_are_measured(measured: Callable[..., None]) -> None:
    caught = sum(1 for find, source, _ in OMISSIONS if find(source))
    measured("B05", f"{caught} of {len(OMISSIONS)} planted omissions caught", passed=caught >= 20)


@pytest.mark.parametrize("opening", ["redis.Redis.from_url(url)", "redis.Redis(host)", "Limiter(key)"])
def test_a_planted_store_in_valkey_is_seen(opening: str) -> None:
    assert traces.opens_valkey(f"kept = {opening}")
    assert not traces.opens_valkey("kept = dict(url)")


def test_a_place_is_known_by_its_last_word() -> None:
    place = Place("files under STATE_DIR/media", "pictures", personal=False, purpose="to show", life="always")

    assert traces.unplaced({"media", "other"}, {place.name: place}, "file store") == [
        "file store: other is not declared"
    ]
