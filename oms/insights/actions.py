"""What is done about stock that runs low: forecasts, levels, alerts, rules by hand, goods ordered."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from oms.insights import queries, reordering
from oms.insights.demand import forecasting
from oms.insights.demand.forecasting import History
from oms.insights.demand.queries import due, histories
from oms.insights.models import DemandForecast, ReplenishmentAlert, ReplenishmentOrder, ReplenishmentRule
from oms.insights.reordering import Terms
from oms.kernel import audit, clock
from oms.kernel.audit import Actor
from oms.kernel.errors import BadInputError

# So many weeks of the past are shown beside those to come.
_WEEKS = 8
_WATCH = text("SELECT pg_advisory_xact_lock(hashtext('replenishment'))")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a SKU shall be bought; None is the shop's figure, and the reorder point that of the forecast."""

    lead_days: int | None = None
    review_days: int | None = None
    pack: int | None = None
    reorder_at: int | None = None
    is_watched: bool = True


def forecast_due(session: Session, most: int) -> int:
    """Forecast the demand of variants that have no forecast of today; return of how many."""
    today = clock.today()
    wanted = due(session, today, most)
    rows = [
        {"variant_id": variant_id, "made_on": today, **_said(history)}
        for variant_id, history in sorted(histories(session, wanted, today).items())
    ]
    if not rows:
        return 0
    new = insert(DemandForecast).values(rows)
    values = {name: new.excluded[name] for name in rows[0] if name != "variant_id"}
    session.execute(new.on_conflict_do_update(index_elements=["variant_id"], set_=values))
    # Asked under the locks of the rows above: a rule of this moment is seen here, or waits and reckons anew.
    terms = _terms(session, wanted)
    levels = [
        asdict(reordering.levels(row["week"], row["deviation"], terms.get(row["variant_id"], Terms())))
        for row in rows
    ]
    session.execute(
        update(DemandForecast),
        [{"variant_id": row["variant_id"], **one} for row, one in zip(rows, levels, strict=True)],
    )
    return len(rows)


def _said(history: History) -> dict[str, Any]:
    found = forecasting.forecast(history)
    return {**asdict(found), "week": list(found.week), "past": history.weeks(_WEEKS)}


def _terms(session: Session, variant_ids: list[int]) -> dict[int, Terms]:
    rules = session.scalars(select(ReplenishmentRule).where(ReplenishmentRule.variant_id.in_(variant_ids)))
    return {rule.variant_id: rule.terms for rule in rules}


def watch(session: Session) -> int:
    """Raise an alert for each SKU that fell to its reorder point, and clear those of SKUs above it again.

    Return how many were raised. One crossing raises one, whoever looks how often: they look one after the
    other, so that nobody raises by an old view what somebody has just cleared.
    """
    session.execute(_WATCH)
    now = queries.standing().subquery("now")
    is_low = now.c.position <= now.c.reorder_point
    low = select(now.c.variant_id, now.c.position, now.c.reorder_point, func.now()).where(is_low)
    columns = ["variant_id", "position", "reorder_point", "raised_at"]
    raised = session.execute(
        insert(ReplenishmentAlert)
        .from_select(columns, low)
        .on_conflict_do_nothing(
            index_elements=["variant_id"], index_where=ReplenishmentAlert.cleared_at.is_(None)
        )
        .returning(ReplenishmentAlert.id)
    ).all()
    session.execute(
        update(ReplenishmentAlert)
        .where(
            ReplenishmentAlert.cleared_at.is_(None),
            ReplenishmentAlert.variant_id.not_in(select(now.c.variant_id).where(is_low)),
        )
        .values(cleared_at=func.now())
        .execution_options(synchronize_session=False)
    )
    return len(raised)


def set_rule(session: Session, variant_id: int, wanted: Rule, *, by: Actor) -> None:
    """Say how a SKU is bought; its levels and its alert follow at once."""
    given = asdict(wanted)
    new = insert(ReplenishmentRule).values(variant_id=variant_id, **given)
    session.execute(new.on_conflict_do_update(index_elements=["variant_id"], set_=given))
    found = session.get(DemandForecast, variant_id, with_for_update=True, populate_existing=True)
    if found is None:
        found = DemandForecast(variant_id=variant_id, made_on=date.min, week=[0.0] * forecasting.WEEK)
        found.deviation = 0.0
        session.add(found)
    rule = session.get_one(ReplenishmentRule, variant_id, populate_existing=True)
    levels = reordering.levels(found.week, found.deviation, rule.terms)
    found.reorder_point, found.up_to, found.safety = levels.reorder_point, levels.up_to, levels.safety
    session.flush()
    audit.record(session, by, "stock.rule", f"variant:{variant_id}")
    watch(session)


def note_ordered(
    session: Session, variant_id: int, units: int, expected_on: date | None, *, by: Actor
) -> None:
    """Note that so many units come until a day, in place of what was noted before; 0 takes it back.

    Until then they count as on their way, less what is received from now on. Raises BadInputError for a day
    that has passed, or none.
    """
    session.execute(delete(ReplenishmentOrder).where(ReplenishmentOrder.variant_id == variant_id))
    if units:
        if expected_on is None or expected_on < clock.today():
            raise BadInputError("Give the day until which it comes, from today on.", field="expected_on")
        session.add(ReplenishmentOrder(variant_id=variant_id, units=units, expected_on=expected_on))
    session.flush()
    audit.record(session, by, "stock.ordered", f"variant:{variant_id}")
    watch(session)
