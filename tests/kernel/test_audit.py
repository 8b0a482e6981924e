"""What was done is written with the deed, linked after it, and no change to it goes unseen."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from oms.kernel import audit, clock
from oms.kernel.audit import SYSTEM, Actor, ActorKind, AuditEntry, AuditLink
from oms.kernel.db import Role, reading, transaction
from oms.kernel.ids import new_id
from tests.kernel.tampering import LINKS, undetected, undetected_behind_a_checkpoint

pytestmark = pytest.mark.usefixtures("shop")
PACKER = Actor(ActorKind.STAFF, "staff:4")
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def write(count: int, subject_id: UUID | None = None) -> None:
    with transaction() as session:
        for number in range(count):
            with clock.held_at(NOON + timedelta(seconds=number)):
                audit.record(
                    session,
                    PACKER,
                    "vault.open",
                    f"order:{number}",
                    subject_id=subject_id or new_id(),
                    purpose="delivery",
                    reason="label jammed",
                    fields=("order_delivery.name",),
                )


def link() -> int:
    with transaction(Role.AUDIT) as session:
        return audit.chain(session)


def test_a_deed_that_is_rolled_back_is_not_written() -> None:
    with pytest.raises(ZeroDivisionError), transaction() as session:
        audit.record(session, SYSTEM, "order.cancel", "order:7")
        _ = 1 // 0

    with reading() as session:
        assert audit.about(session, "order:7") == []


def test_an_entry_names_things_and_people_by_ids_only() -> None:
    for by, thing in ((SYSTEM, "ada@example.com"), (Actor(ActorKind.STAFF, "Grace Hopper"), "order:7")):
        with pytest.raises(ValueError, match="by ids only"), transaction() as session:
            audit.record(session, by, "order.cancel", thing)

    with reading() as session:
        assert session.scalars(select(AuditEntry.id)).all() == []


def test_a_reason_is_shown_and_goes_with_the_person_it_was_about() -> None:
    with transaction() as session:
        audit.record(session, PACKER.because("she called"), "order.reveal", "order:7", subject_id=new_id())
        audit.record(session, PACKER, "order.hold", "order:7", reason="wrong label")
        audit.record(session, PACKER, "order.print", "order:7")
        audit.record(session, PACKER.because("counted twice"), "stock.adjust", "sku:9")
    link()
    with reading() as session:
        assert [deed.by.reason for deed in audit.about(session, "order:7")] == [
            "",
            "wrong label",
            "she called",
        ]

    with transaction() as session:
        assert audit.forget_about(session, "order:7") == 2

    with reading() as session:
        deeds = audit.about(session, "order:7")
        assert [(deed.verb, deed.by) for deed in deeds] == [
            ("order.print", PACKER),
            ("order.hold", PACKER),
            ("order.reveal", PACKER),
        ]
        assert audit.about(session, "sku:9")[0].by.reason == "counted twice"
        assert audit.verify(session) == audit.Verdict(4, (), 0, None)


def test_entries_are_linked_once_and_the_chain_is_whole() -> None:
    write(3)
    assert (link(), link()) == (3, 0)
    write(2)
    with reading() as session:
        assert audit.verify(session) == audit.Verdict(3, (), 2, NOON)
    assert link() == 2

    with reading() as session:
        verdict = audit.verify(session)
        assert session.scalars(select(AuditLink.position).order_by(AuditLink.position)).all() == [
            1,
            2,
            3,
            4,
            5,
        ]
    assert verdict == audit.Verdict(5, (), 0, None)
    assert verdict.is_whole


def test_two_sequencers_at_once_make_one_chain() -> None:
    write(200)

    both = [threading.Thread(target=link) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    with reading() as session:
        assert audit.verify(session) == audit.Verdict(200, (), 0, None)


def test_an_entry_that_commits_late_is_linked_behind_the_others() -> None:
    with transaction() as late:
        audit.record(late, SYSTEM, "slow.deed", "order:1")
        write(2)
        assert link() == 2
    assert link() == 1

    with reading() as session:
        order = session.scalars(select(AuditLink.entry_id).order_by(AuditLink.position)).all()
        assert order == [2, 3, 1]
        assert audit.verify(session).is_whole


def test_nobody_at_work_can_change_or_delete_an_entry() -> None:
    write(1)
    link()

    for statement in (
        "UPDATE audit_entries SET about = about",
        "UPDATE audit_links SET entry_id = entry_id",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_links",
        "TRUNCATE audit_entries, audit_details",
        "TRUNCATE audit_links",
    ):
        for role in (Role.WEB, Role.WORKER, Role.BLIND, Role.AUDIT):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction(role) as session:
                session.execute(text(statement))

    with reading() as session:
        assert audit.verify(session) == audit.Verdict(1, (), 0, None)


def test_a_person_who_is_forgotten_leaves_the_chain_whole() -> None:
    ada, grace = new_id(), new_id()
    write(3, ada)
    write(1, grace)
    link()

    with transaction() as session:
        assert audit.forget_subject(session, ada) == 3

    with reading() as session:
        assert audit.about_subject(session, ada) == []
        assert len(audit.about_subject(session, grace)) == 1
        assert audit.verify(session) == audit.Verdict(4, (), 0, None)
        assert session.scalar(select(func.count()).where(AuditEntry.detail_digest == ada.bytes)) == 0


def test_fifty_random_tamperings_are_all_detected(tmp_path: Path) -> None:
    write(LINKS)
    link()
    anchors = tmp_path / "anchors" / "audit"
    with reading() as session:
        assert audit.anchor(session, anchors) == LINKS
        assert audit.verify(session, anchors).is_whole

    assert undetected(50, anchors) == []

    with reading() as session:
        assert audit.verify(session, anchors) == audit.Verdict(LINKS, (), 0, None)


def test_a_chain_written_anew_does_not_match_its_anchor(tmp_path: Path) -> None:
    write(5)
    link()
    anchors = tmp_path / "audit"
    with reading() as session:
        audit.anchor(session, anchors)
    with transaction(Role.MIGRATE) as session:
        session.execute(text("UPDATE audit_entries SET actor_id = 'staff:9' WHERE id = 2"))
        session.execute(text("DELETE FROM audit_links"))
    assert link() == 5

    with reading() as session:
        assert audit.verify(session).is_whole  # the control: by itself the forged chain holds together
        assert audit.verify(session, anchors).broken == ("position 5 is not what was anchored",)


def test_what_a_restore_undid_is_missed_by_nobody_and_what_somebody_cut_is(tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    write(5)
    link()
    with reading() as session:
        audit.anchor(session, anchors)
    with transaction(Role.MIGRATE) as session:
        session.execute(text("DELETE FROM audit_details"))
        session.execute(text("DELETE FROM audit_links WHERE position > 3"))
        session.execute(text("DELETE FROM audit_entries WHERE id > 3"))
    with reading() as session:
        assert audit.verify(session, anchors).broken == ("position 5 was anchored and is gone",)
        audit.anchor_restored(session, anchors)
        assert audit.verify(session, anchors).is_whole
    write(2)
    link()
    with reading() as session:
        assert audit.anchor(session, anchors) == 5
        assert audit.verify(session, anchors).is_whole


def test_of_each_day_gone_by_the_last_anchor_stays_and_every_cut(tmp_path: Path) -> None:
    anchors, begun = tmp_path / "anchors", clock.now().replace(hour=9) - timedelta(days=2)
    for hours in (0, 1, 24, 25, 48, 49):
        with clock.held_at(begun + timedelta(hours=hours)):
            write(1)
            link()
            with reading() as session:
                audit.anchor(session, anchors)
                audit.anchor(session, anchors)
            if hours == 24:
                with reading() as session:
                    audit.anchor_restored(session, anchors)
    with clock.held_at(begun + timedelta(hours=50)):
        assert audit.thin(anchors) == 2
        assert audit.thin(anchors) == 0
    told = [json.loads(line) for line in anchors.read_text().splitlines()]
    assert [(one["position"], one["why"]) for one in told] == [
        (2, ""),
        (3, "restored"),
        (4, ""),
        (5, ""),
        (6, ""),
    ]
    with reading() as session:
        assert audit.verify(session, anchors).is_whole


def test_no_chain_has_no_anchor(tmp_path: Path) -> None:
    with reading() as session:
        assert audit.anchor(session, tmp_path / "audit") == 0

    assert not (tmp_path / "audit").exists()


def test_the_oldest_entries_go_after_thirteen_months_and_the_chain_holds(tmp_path: Path) -> None:
    anchors = tmp_path / "anchors"
    now = clock.now()
    with clock.held_at(now - audit.KEPT - timedelta(days=3)):
        old(3)
    with clock.held_at(now - audit.KEPT + timedelta(days=1)):
        old(2)
    old(2)
    link()
    with transaction(Role.AUDIT) as session:
        audit.anchor(session, anchors)
        assert audit.cut(session, anchors) == 3
    with transaction(Role.AUDIT) as session:
        assert audit.cut(session, anchors) == 0
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 4
        assert session.scalar(select(func.count()).select_from(audit.AuditDetail)) == 4
        assert audit.verify(session, anchors) == audit.Verdict(4, (), 0, None)
    old(1)
    assert link() == 1
    with reading() as session:
        assert audit.verify(session, anchors) == audit.Verdict(5, (), 0, None)
    assert undetected_behind_a_checkpoint(anchors) == []


def old(count: int) -> None:
    with transaction() as session:
        for number in range(count):
            audit.record(
                session, PACKER, "vault.open", f"order:{number}", subject_id=new_id(), reason="label"
            )


def test_the_head_stays_and_nothing_younger_goes_whatever_is_asked(tmp_path: Path) -> None:
    with clock.held_at(clock.now() - audit.KEPT - timedelta(days=3)):
        old(2)
    link()
    with transaction(Role.AUDIT) as session:
        assert audit.cut(session, tmp_path / "anchors") == 1
    old(1)
    link()
    with pytest.raises(DBAPIError, match="younger than thirteen months"), transaction(Role.AUDIT) as session:
        session.execute(text("SELECT cut_audit(3)"))
    with pytest.raises(ProgrammingError, match="permission denied"), transaction(Role.WORKER) as session:
        session.execute(text("SELECT cut_audit(2)"))
    with reading() as session:
        assert audit.verify(session, tmp_path / "anchors") == audit.Verdict(2, (), 0, None)
