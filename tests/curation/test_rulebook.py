"""What is new is judged once by each rule that is on; what people decided stands before any rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from makers import Clock, keep, rss, rss_item
from sqlmodel import col, select

from aggregator import settling
from aggregator.app import Newsdesk
from config.errors import UsageFault
from config.options import EDITORS_PICK, Curation, Edition
from curation import inbox, projections, rules, shapes, standing
from curation.desk import Desk
from curation.query import parse
from curation.rulebook import Rulebook
from curation.search import Search
from curation.tables import Decision, Kill, Pick, Rule, Tag

OTHER = "https://other.example/feed"
PICK = {"act": "pick", "edition": "editors-pick"}
NOMINATE = {"act": "nominate", "edition": "editors-pick"}
KILL: dict[str, Any] = {"act": "kill"}
TAG = {"act": "tag", "tag": "city"}
EVERY_ACT = pytest.mark.parametrize("act", [PICK, NOMINATE, KILL, TAG], ids=lambda act: str(act["act"]))


def save(newsdesk: Newsdesk, query: str = "tram", name: str = "", on: bool = True, **act: Any) -> Rule:
    """A rule as an editor saves it, and switches it on."""
    now = newsdesk.now()
    row = Rule(name=name, query=query, since=now, created_by="ada", on_since=now if on else None, **act)
    with newsdesk.database.writing() as session:
        newsdesk.rulebook.add(session, row)
    return row


def log(newsdesk: Newsdesk) -> list[tuple[str, str, int, str | None]]:
    """The decisions: by whom, which verb, which item, in which edition."""
    with newsdesk.database.reading() as session:
        lines = session.exec(select(Decision).order_by(col(Decision.id))).all()
        assert projections.rebuild(session) == []
    return [(line.editor, line.verb, line.item_id, line.edition) for line in lines]


def decide(newsdesk: Newsdesk, verb: str, *given: Any, editor: str = "ada") -> None:
    with newsdesk.database.writing() as session:
        getattr(Desk(session, newsdesk.curation, newsdesk.now(), editor), verb)(*given)


def status(newsdesk: Newsdesk, quorum: int = 1) -> list[tuple[int, str]]:
    """The picks of Editor's Pick that stand, each with how it does."""
    with newsdesk.database.reading() as session:
        found = standing.standing(session, EDITORS_PICK)
        return [(pick.item_id, rules.status(pick, newsdesk.now(), quorum)) for pick in found]


def tram(guid: str, title: str = "A tram", **given: str) -> str:
    return rss_item(guid, title=title, link="https://site.example/tram", **given)


@EVERY_ACT
def test_a_rule_acts_once_on_what_is_new_and_matches(newsdesk: Newsdesk, act: dict[str, Any]) -> None:
    save(newsdesk, name="trams", **act)
    keep(newsdesk, rss([rss_item("b", title="A bus"), rss_item("a", title="A tram")]))
    keep(newsdesk, rss([rss_item("c", title="Rain"), rss_item("a", title="A tram"), rss_item("b")]))
    assert log(newsdesk) == [("rule:trams", act["act"], 1, act.get("edition"))]
    with newsdesk.database.reading() as session:
        (line,) = session.exec(select(Decision)).all()
        made = [session.exec(select(table)).all() for table in (Pick, Kill, Tag)]
    assert (line.via, line.at) == ("rule", newsdesk.now())
    assert [bool(rows) for rows in made] == [act["act"] in ("pick", "nominate"), act == KILL, act == TAG]


def test_a_pick_has_the_note_of_its_rule_and_waits_as_long_as_an_editors(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    held = Rulebook(Curation(hold=timedelta(minutes=3), app_hold=timedelta(hours=1)), newsdesk.editions)
    keep(newsdesk, rss([rss_item("a", title="A tram")]))
    save(newsdesk, note="By *rule*", **PICK)
    with newsdesk.database.writing() as session:
        held.judge(session, [1], newsdesk.now())
    with newsdesk.database.reading() as session:
        pick = session.exec(select(Pick)).one()
    assert (pick.note, pick.editors, pick.visible_from) == (
        "By *rule*",
        ("rule:tram",),
        clock.move(minutes=3),
    )


def test_a_rule_that_is_off_or_not_yet_on_judges_nothing(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("a", title="A tram")]))
    save(newsdesk, name="on", **TAG)
    save(newsdesk, name="off", on=False, **KILL)
    keep(newsdesk, rss([rss_item("a", title="A tram, revised"), rss_item("b", title="Another tram")]))
    assert log(newsdesk) == [("rule:on", "tag", 2, None)]


def test_what_is_archive_when_it_is_first_seen_is_not_judged(newsdesk: Newsdesk) -> None:
    save(newsdesk, **TAG)
    dates = [
        "Mon, 20 Nov 2023 13:56:38 GMT",
        "Wed, 18 Nov 2026 12:00:01 GMT",
        "Wed, 18 Nov 2026 12:00:00 GMT",
    ]
    trams = [rss_item(str(number), title="A tram", date=date) for number, date in enumerate(dates)]
    keep(newsdesk, rss(trams))
    assert [item for *_, item, _ in log(newsdesk)] == [3], "the newest, by a second"
    assert newsdesk.now() - settling.NEWS == newsdesk.now().replace(day=18)


@pytest.mark.parametrize(
    "decided",
    [
        [("pick", 1, EDITORS_PICK)],
        [("pick", 1, EDITORS_PICK), ("unpick", 1, EDITORS_PICK)],
        [("kill", 1)],
        [("kill", 1), ("revive", 1)],
        [("tag", 1, "city"), ("untag", 1, "city")],
        [("pick", 1, Edition(slug="weekly", rule="picks"))],
        [("kill", 1), ("undo",)],
    ],
    ids=lambda decided: " ".join(verb for verb, *_ in decided),
)
def test_a_story_on_which_a_person_decided_is_left_alone(
    newsdesk: Newsdesk, decided: list[tuple[Any, ...]]
) -> None:
    keep(newsdesk, rss([tram("a")]))
    for verb, *given in decided:
        decide(newsdesk, verb, *given)
    for act in (PICK, NOMINATE, KILL, TAG):
        save(newsdesk, name=act["act"], **act)
    keep(newsdesk, rss([rss_item("c", title="Some other tram", text="elsewhere"), tram("b")]), OTHER)
    with newsdesk.database.reading() as session:
        assert inbox.item(session, 2).story_id == inbox.item(session, 1).story_id, "or this tests nothing"
    by_rules = [("rule:kill", "kill", 3, None)]  # and what is killed is not picked, nor tagged
    assert log(newsdesk)[len(decided) :] == by_rules


@EVERY_ACT
def test_what_a_person_undid_of_a_rule_stays_undone(newsdesk: Newsdesk, act: dict[str, Any]) -> None:
    save(newsdesk, **act)
    keep(newsdesk, rss([tram("a")]))
    decide(newsdesk, "undo", 1)
    keep(newsdesk, rss([tram("b")]), OTHER)
    assert [line[:2] for line in log(newsdesk)] == [("rule:tram", act["act"]), ("ada", "undo")]


@EVERY_ACT
def test_a_story_is_decided_on_once_though_several_items_tell_it(
    newsdesk: Newsdesk, act: dict[str, Any]
) -> None:
    save(newsdesk, **act)
    keep(newsdesk, rss([tram("a")]))
    keep(newsdesk, rss([tram("b")]), OTHER)
    assert len(log(newsdesk)) == (2 if act == TAG else 1), "an item's tag is its own"


def test_a_nomination_waits_in_the_inbox_and_is_public_by_an_editors_pick_alone(
    newsdesk: Newsdesk, clock: Clock
) -> None:
    save(newsdesk, **NOMINATE)
    keep(newsdesk, rss([tram("a")]))
    assert (status(newsdesk), state(newsdesk, 1)) == ([(1, "nominated")], "nominated")
    assert found(newsdesk, "is:nominated") == found(newsdesk, "is:new") == [1]
    assert found(newsdesk, "is:picked") == []
    picked_at = clock.move(hours=1)
    decide(newsdesk, "pick", 1, EDITORS_PICK)
    assert (status(newsdesk), status(newsdesk, quorum=2)) == ([(1, "live")], [(1, "nominated")])
    assert (state(newsdesk, 1), found(newsdesk, "is:nominated")) == ("picked", [])
    with newsdesk.database.reading() as session:
        pick = session.exec(select(Pick)).one()
    assert (pick.editors, pick.nominated_by, pick.picked_at) == (("ada",), None, picked_at)
    decide(newsdesk, "undo")
    assert status(newsdesk) == [(1, "nominated")]


def state(newsdesk: Newsdesk, number: int) -> str:
    with newsdesk.database.reading() as session:
        return shapes.state(inbox.listed(session, [inbox.item(session, number)], "ada")[0])


def found(newsdesk: Newsdesk, query: str) -> list[int | None]:
    """What waits and a query finds."""
    with newsdesk.database.reading() as session:
        asked = Search(parse(query), session, "ada", newsdesk.now())
        return [item.id for item in inbox.waiting(session, inbox.Filters(search=asked), 9)]


def test_a_nomination_keeps_no_editor_from_another_item_of_the_story(newsdesk: Newsdesk) -> None:
    save(newsdesk, **NOMINATE)
    keep(newsdesk, rss([tram("a")]))
    keep(newsdesk, rss([tram("b")]), OTHER)
    decide(newsdesk, "pick", 2, EDITORS_PICK)
    assert status(newsdesk) == [(2, "live")]
    decide(newsdesk, "pick", 1, EDITORS_PICK, editor="bob")
    assert status(newsdesk) == [(2, "live")], "what an editor picked is the story's pick"
    decide(newsdesk, "unpick", 1, EDITORS_PICK)
    assert status(newsdesk) == [(1, "nominated")]


def test_rules_have_one_voice_among_them(newsdesk: Newsdesk) -> None:
    save(newsdesk, name="first", **PICK)
    save(newsdesk, name="second", note="n", **PICK)
    save(newsdesk, name="third", **NOMINATE)
    keep(newsdesk, rss([tram("a")]))
    assert log(newsdesk) == [("rule:first", "pick", 1, "editors-pick")]
    assert (status(newsdesk, 1), status(newsdesk, 2)) == ([(1, "live")], [(1, "nominated")])
    decide(
        newsdesk, "pick", 1, EDITORS_PICK
    )  # a person's voice counts though the rule's would have been enough
    assert (log(newsdesk)[1][0], status(newsdesk, 2)) == ("ada", [(1, "live")])
    decide(newsdesk, "pick", 1, EDITORS_PICK, editor="bob")
    assert len(log(newsdesk)) == 2


def test_a_rule_picks_what_another_nominated(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("old")]))
    save(newsdesk, name="n", **NOMINATE)
    keep(newsdesk, rss([tram("a")]))
    save(newsdesk, name="p", **PICK)
    keep(newsdesk, rss([tram("b")]), OTHER)
    assert [line[:2] for line in log(newsdesk)] == [("rule:n", "nominate"), ("rule:p", "pick")]
    assert [how for _, how in status(newsdesk)] == ["live"]


def test_a_refused_act_is_told_of_and_the_others_are_done(
    newsdesk: Newsdesk, caplog: pytest.LogCaptureFixture
) -> None:
    small = Edition(slug="editors-pick", title="Editor's Pick", rule="picks", limit=1)
    book = Rulebook(newsdesk.curation, (small,))
    keep(newsdesk, rss([rss_item(guid, title=f"Tram {guid}") for guid in ("x1", "y2")]))
    save(newsdesk, name="tag", **TAG)
    save(newsdesk, name="a", **PICK)
    judge(newsdesk, [1, 2], book)
    assert [line[:3] for line in log(newsdesk)] == [
        ("rule:tag", "tag", 1),
        ("rule:tag", "tag", 2),
        ("rule:a", "pick", 1),
    ]
    assert "rule:a: edition 'editors-pick': is full, with 1 picks" in caplog.text


def judge(newsdesk: Newsdesk, numbers: list[int], book: Rulebook | None = None) -> None:
    """Let the rules judge items, as if these were new."""
    with newsdesk.database.writing() as session:
        (book or newsdesk.rulebook).judge(session, numbers, newsdesk.now())


def test_a_rule_that_fails_takes_back_its_own_and_costs_nobody_else_anything(
    newsdesk: Newsdesk, caplog: pytest.LogCaptureFixture
) -> None:
    save(newsdesk, name="a", **TAG)
    save(newsdesk, name="z", **NOMINATE)
    spoilt = {"since": newsdesk.now(), "created_by": "ada", "on_since": newsdesk.now()}
    with newsdesk.database.writing() as session:
        session.add(Rule(name="gone", query="tram", act="pick", edition="gone", **spoilt))
        session.add(Rule(name="means-nothing", query='"tram', act="kill", **spoilt))
        session.add(Rule(name="never-saved-so", query="tram", act="pick", **spoilt))
    keep(newsdesk, rss([rss_item("b", title="A bus"), rss_item("a", title="A tram")]))
    assert [line[:2] for line in log(newsdesk)] == [("rule:a", "tag"), ("rule:z", "nominate")]
    assert "rule:gone: edition 'gone': there is none" in caplog.text
    assert "rule:means-nothing: '\"tram' at character 1 of the query" in caplog.text
    assert "rule:never-saved-so: newsdesk failed" in caplog.text


@pytest.mark.sqlite
def test_half_of_what_a_rule_decided_before_it_failed_is_taken_back(newsdesk: Newsdesk) -> None:
    keep(newsdesk, rss([rss_item("b", title="Tram b"), rss_item("a", title="Tram a")]))
    save(newsdesk, **TAG)
    with newsdesk.database.writing() as session:
        session.connection().exec_driver_sql(
            "CREATE TEMP TRIGGER spoil BEFORE INSERT ON decision WHEN new.item_id = 2 "
            "BEGIN SELECT RAISE(ABORT, 'spoilt'); END"
        )
        newsdesk.rulebook.judge(session, [1, 2], newsdesk.now())
        session.connection().exec_driver_sql("DROP TRIGGER spoil")
    assert log(newsdesk) == []


@pytest.mark.parametrize(
    ("query", "is_true"),
    [
        ("tram", True),
        ("TRÁM", True),  # as in a search
        ("tram -night", False),
        ("title:night OR bus", True),
        ("lang:fr night", True),
        ("lang:de", False),
        ("source:1", True),
        ("section:city tra*", True),
        ("tag:rail", True),
        ("tag:x", False),
        ("since:1h tram", True),  # read anew each time
        ("until:1h tram", False),
        ("is:unseen tram", True),
        ("tram OR lang:de", True),
        ("-bus lang:fr", True),
    ],
)
def test_a_rule_finds_what_a_search_does(newsdesk: Newsdesk, query: str, is_true: bool) -> None:
    save(newsdesk, query, "r", **TAG)
    item = rss_item("a", title="The night tram").replace("</item>", "<category>Rail</category></item>")
    keep(newsdesk, rss([item]), language="fr", section="city")
    assert bool(log(newsdesk)) == is_true


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"query": "tram"}, "there is one with this name"),
        ({"query": " "}, "the query ends"),
        ({"query": "is:new"}, "every new item"),
        ({"query": "x", "name": "a b"}, "is no name"),
        ({"query": "x", "edition": "nope"}, "edition 'nope': there is none"),
        ({"query": "x", "edition": "recent-news"}, "takes no picks"),
        ({"query": "x", "note": "n" * 10_001}, "the note has"),
        ({"query": "x", "act": "tag", "edition": None, "tag": "<b></b>"}, "is no text"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_rule_that_cannot_be_meant_is_not_saved(
    newsdesk: Newsdesk, given: dict[str, Any], named: str
) -> None:
    save(newsdesk, **PICK)
    with pytest.raises(UsageFault, match=named):
        save(newsdesk, **PICK | given)
