"""A site's model learns from what its moderators decide: soon after each decision, and anew from all every night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from service import clock
from service.domain.errors import Unavailable
from service.domain.ids import id_floor
from service.log import logger
from service.spam.classifier import prior, stored
from service.spam.classifier.features import Text
from service.spam.classifier.model import SiteModel, log_loss
from service.spam.classifier.train import SEED, Labelled, fit, labelled, learn
from service.storage import spam_labels, spam_models
from service.storage.database import reading, transaction
from service.storage.spam_labels import Example
from service.storage.spam_models import LEARNED, NewModel, SpamLearning

EXAMPLES_MAX: Final = 5_000  # the newest labels; a rebuild of so many takes seconds
EVENTS_MAX: Final = 2_000
DECISIONS_SEEN: Final = 20_000  # how far back a rebuild looks for them
EARLIER_MAX: Final = 500  # those among which a single decision's lesson looks for what to go through again
JUDGED_BY: Final = 200  # the newest labels, on which a rebuilt model must not be worse
JUDGED_BY_MIN: Final = 20
PER_MODERATOR_AND_DAY: Final = 200  # decisions of one moderator on one day weigh no more than so many
SETTLED: Final = timedelta(seconds=30)  # a transaction may commit this long after it took its events' ids
NIGHT: Final = timedelta(hours=20)

REBUILT, IMPORTED, RESTORED = "rebuilt", "imported", "restored"


@dataclass(frozen=True)
class Difference:
    """What the log says and the labels do not: comments to be learned, and those whose label is gone or another."""

    learned: tuple[Example, ...]
    gone: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.learned or self.gone)


@dataclass(frozen=True)
class Trained:
    """A model with the examples it comes from; `said` are the log odds given before each new one was learned."""

    made_as: str
    model: SiteModel
    examples: Sequence[Example]
    loss: float | None
    said: dict[str, float]


def catch_up(site: str) -> bool:
    """Learns what was decided since the last time; returns False when another trainer was first.

    After a long pause, or when comments were imported with their decisions, it builds the model anew instead.

    A decision that was undone, or replaced by another, or whose comment is another text now, is un-learned by
    building the model anew without it. Raises Unavailable.
    """
    settled = id_floor(clock.now() - SETTLED)
    with reading() as session:
        before = spam_models.standing(session, site)
        fresh = spam_labels.news(session, site, before.seen_until, EVENTS_MAX)
    if not fresh.complete:
        return rebuild(site, settled)
    difference = _difference(site, fresh.comments)
    trained = _lesson(site, before, difference) if difference else None
    return _save(before, difference, trained, min(fresh.last, settled))


def rebuild(site: str, until: str = "") -> bool:
    """Builds the model anew from the log's decisions, and puts it in force unless it is worse than the present one.

    Worse is a higher mean log-loss on the newest 200 labels, for both from before they learned them. Returns False
    when it is not put in force, or another trainer was first. Raises Unavailable.
    """
    with reading() as session:
        before = spam_models.standing(session, site)
        comments = spam_labels.labelled(session, site)
        comments |= spam_labels.decided_lately(session, site, DECISIONS_SEEN)
    difference = _difference(site, comments)
    examples = _after(site, difference)
    loss, present = _losses(examples)
    worse = loss is not None and present is not None and loss > present and not difference
    if worse:
        logger().info("the rebuilt model is worse", site=site, loss=round(loss or 0, 4))
    trained = None if worse or not (examples or before.version) else _fitted(examples, loss)
    return _save(before, difference, trained, until, rebuilt=True) and trained is not None


def roll_back(site: str, to: int | None = None) -> int | None:
    """Puts an earlier version back in force, as a new one; returns its number, or None when there is none.

    What was decided after it is left out from now on: a night's rebuild must not bring it back.
    """
    with transaction() as session:
        row = spam_models.lock(session, site)
        old = spam_models.get(session, site, to) if to else spam_models.before(session, site, row.version)
        if old is None:
            return None
        spam_labels.leave_out(session, site, old.until)
        row.changes += 1
        again = NewModel(RESTORED, old.weights, old.labels, old.spam, old.log_loss, old.until)
        return spam_models.save(session, row, again, clock.now())


def take_in(site: str, octets: bytes) -> int:
    """Puts a model that was exported in force; returns its version. Raises ModelUnusable."""
    stored.decode(octets)
    with transaction() as session:
        row = spam_models.lock(session, site)
        row.changes += 1
        return spam_models.save(
            session, row, NewModel(IMPORTED, octets, 0, 0, None, row.seen_until), clock.now()
        )


def _difference(site: str, comments: frozenset[str] | set[str]) -> Difference:
    """Compares what the log says of these comments with their labels."""
    with reading() as session:
        verdicts = spam_labels.verdicts(session, site, comments)
        known = spam_labels.known(session, site, comments)
        new = {
            comment: verdict
            for comment, verdict in verdicts.items()
            if comment not in known or known[comment].event_id != verdict.event_id
        }
        texts = spam_labels.texts(session, site, new)
        gone = spam_labels.erased(session, site, known)
    learned = [Example(comment, texts[comment], new[comment]) for comment in new if comment in texts]
    learned.sort(key=lambda example: example.verdict.event_id)
    gone |= {comment for comment in known if comment not in verdicts}
    # The same verdict once more changes nothing that was learned; another one must be un-learned first.
    gone |= {
        e.comment_id for e in learned if e.comment_id in known and known[e.comment_id].spam != e.verdict.spam
    }
    return Difference(tuple(learned), frozenset(gone))


def _lesson(site: str, before: SpamLearning, difference: Difference) -> Trained:
    examples = _after(site, difference)
    model = None if difference.gone else _present(site, before.version)
    if model is None and (difference.gone or not before.version):
        return _fitted(examples, None)
    return _learned(model or SiteModel(), examples, difference)


def _present(site: str, version: int) -> SiteModel | None:
    with reading() as session:
        row = spam_models.get(session, site, version) if version else None
    try:
        return stored.decode(row.weights) if row else None
    except stored.ModelUnusable:
        return None


def _after(site: str, difference: Difference) -> list[Example]:
    """The newest labels as they will be, oldest first."""
    with reading() as session:
        kept = spam_labels.examples(session, site, EXAMPLES_MAX)
    by_comment = {e.comment_id: e for e in kept if e.comment_id not in difference.gone}
    for example in difference.learned:
        earlier = by_comment.get(example.comment_id)
        by_comment[example.comment_id] = replace(example, logit=earlier.logit) if earlier else example
    ordered = sorted(by_comment.values(), key=lambda example: example.verdict.event_id)
    return ordered[-EXAMPLES_MAX:]


def _ready(examples: Sequence[Example]) -> list[Labelled]:
    """The examples as the trainer takes them; the more one moderator decides on one day, the less each counts."""
    shipped = prior.shipped()
    number = Counter((e.verdict.actor, e.verdict.at.date()) for e in examples)
    return [
        labelled(
            Text(e.text.body, e.text.name, e.text.website),
            shipped,
            spam=e.verdict.spam,
            weight=min(1.0, PER_MODERATOR_AND_DAY / number[e.verdict.actor, e.verdict.at.date()]),
        )
        for e in examples
    ]


def _fitted(examples: Sequence[Example], loss: float | None) -> Trained:
    return Trained(REBUILT, fit(_ready(examples)), examples, loss, {})


def _learned(model: SiteModel, examples: Sequence[Example], difference: Difference) -> Trained:
    """The model after the new decisions, one after the other."""
    lately = examples[-(EARLIER_MAX + len(difference.learned)) :]
    new = {example.comment_id for example in difference.learned}
    chance = Random(SEED)  # noqa: S311 - which earlier decisions come again
    said: dict[str, float] = {}
    seen: list[Labelled] = []
    for example, ready in zip(lately, _ready(lately), strict=True):
        if example.comment_id in new:
            said[example.comment_id] = model.logit(ready.features, ready.of_prior)
            learn(model, ready, seen, chance)
        seen.append(ready)
    return Trained(LEARNED, model, examples, None, said)


def _losses(examples: Sequence[Example]) -> tuple[float | None, float | None]:
    """The mean log-loss on the newest labels: of a model built without them, and of those that were in force."""
    newest = examples[-min(JUDGED_BY, len(examples) // 4) :]
    said = [(place, e) for place, e in enumerate(newest) if e.logit is not None]
    if len(said) < JUDGED_BY_MIN:
        return None, None
    ready = _ready(examples)
    model = fit(ready[: -len(newest)])
    tail = ready[-len(newest) :]
    candidate = [
        log_loss(model.logit(tail[place].features, tail[place].of_prior), spam=tail[place].spam)
        for place, _ in said
    ]
    present = [log_loss(e.logit or 0.0, spam=e.verdict.spam) for _, e in said]
    return sum(candidate) / len(candidate), sum(present) / len(present)


def _save(
    before: SpamLearning,
    difference: Difference,
    trained: Trained | None,
    until: str,
    *,
    rebuilt: bool = False,
) -> bool:
    """Stores labels and model in one transaction, unless another trainer was at it since `before`."""
    site = before.site
    if trained is None and not difference and not rebuilt and until <= before.seen_until:
        return True
    said = trained.said if trained else {}
    logits = {e.comment_id: e.logit for e in trained.examples} if trained else {}
    learned = [replace(e, logit=said.get(e.comment_id, logits.get(e.comment_id))) for e in difference.learned]
    with transaction() as session:
        row = spam_models.lock(session, site)
        if (row.version, row.changes) != (before.version, before.changes):
            return False
        row.seen_until = max(row.seen_until, until)
        row.rebuilt_at = clock.now() if rebuilt else row.rebuilt_at
        if difference:
            row.changes += 1
            spam_labels.forget(session, site, difference.gone)
            spam_labels.keep(session, site, learned)
        if trained is not None:
            spam_models.save(session, row, _as_new(trained), clock.now())
    return True


def _as_new(trained: Trained) -> NewModel:
    examples = trained.examples
    return NewModel(
        made_as=trained.made_as,
        weights=stored.encode(trained.model),
        labels=len(examples),
        spam=sum(example.verdict.spam for example in examples),
        log_loss=trained.loss,
        until=examples[-1].verdict.event_id if examples else "",
    )


def learn_everywhere() -> None:
    """Catches up on every site where something was decided. Raises Unavailable."""
    with reading() as session:
        sites = spam_models.sites_with_news(session)
    for site in sites:
        catch_up(site)


def rebuild_everywhere(now: datetime) -> None:
    """Rebuilds the models of sites where that is due; one that fails does not keep the others from theirs."""
    with reading() as session:
        due = [
            one
            for one in spam_models.learning(session)
            if one.rebuilt_at is None or now - one.rebuilt_at >= NIGHT
        ]
    for one in due:
        try:
            rebuild(one.site)
        except Unavailable:
            raise
        except Exception as error:
            logger().error("a rebuild failed", site=one.site, kind=type(error).__name__)
