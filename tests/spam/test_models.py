"""Models: what they say is the sum of its parts, what they learn they keep, what is stored comes back."""

from __future__ import annotations

import json
import zlib
from math import fsum, isclose
from random import Random

import pytest

from service.domain.opinion import WORDS_KEPT
from service.spam.classifier import prior as priors
from service.spam.classifier import stored
from service.spam.classifier.evaluate import Scored, area, false_positives_at, matthews
from service.spam.classifier.features import Text, features
from service.spam.classifier.model import Prior, SiteModel, log_loss, probability
from service.spam.classifier.opine import Scorer
from service.spam.classifier.train import Labelled, fit, labelled, learn
from tests.corpora import payloads

SPAM = "Hey guys, check out my new channel and subscribe, link below https://win.example/now"
HAM = "The minister said the opposite a year ago; I would like to know what has changed since."
TURKISH = "Deneme bonusu veren bahis siteleri için profildeki linke tıkla"


def texts(number: int, spam: bool) -> list[str]:
    word = "bonus" if spam else "meclis"
    return [f"{word} {place} {'kazan' if spam else 'toplandı'} {place * 7}" for place in range(number)]


def examples(prior: Prior | None = None, number: int = 30) -> list[Labelled]:
    return [labelled(Text(text), prior, spam=spam) for spam in (True, False) for text in texts(number, spam)]


def taught(prior: Prior | None) -> Scorer:
    return Scorer(prior, fit(examples(prior)), 7)


def says(scorer: Scorer, text: str) -> float:
    return scorer.opinion(Text(text)).probability


def test_the_prior_tells_plain_spam_from_plain_ham(shipped: Prior) -> None:
    scorer = Scorer(shipped, None)
    assert says(scorer, SPAM) > 0.9
    assert says(scorer, HAM) < 0.1


@pytest.mark.parametrize("text", [SPAM, HAM, TURKISH, "", " ", "ok", "واٹس ایپ پر رابطہ کریں", "a " * 6_000])
@pytest.mark.parametrize("with_site", [False, True])
@pytest.mark.parametrize("with_prior", [False, True])
def test_the_parts_add_up(shipped: Prior, text: str, with_site: bool, with_prior: bool) -> None:
    prior = shipped if with_prior else None
    scorer = taught(prior) if with_site else Scorer(prior, None)
    opinion = scorer.opinion(Text(text, "Ali Veli", "https://a.example"))
    assert opinion.logit == fsum(part.prior + part.site for part in opinion.parts)
    assert isclose(
        opinion.logit, scorer.logit(features(Text(text, "Ali Veli", "https://a.example"))), abs_tol=1e-9
    )
    assert opinion.probability == probability(opinion.logit)
    kept = json.loads(json.dumps(opinion.document()))
    assert isclose(kept["logit"], sum(part["prior"] + part["site"] for part in kept["parts"]), abs_tol=1e-4)
    assert isclose(kept["logit"], opinion.logit, abs_tol=1e-3)
    assert sum(part["kind"] == "word" for part in kept["parts"]) <= WORDS_KEPT
    assert (kept["model"], bool(kept["prior"])) == (7 if with_site else 0, with_prior)


@pytest.mark.corpora
def test_the_parts_of_hostile_texts_add_up(shipped: Prior) -> None:
    scorer = taught(shipped)
    for payload in payloads("unicode_spoof", "naughty_strings"):
        opinion = scorer.opinion(Text(payload, payload[:80]))
        assert isclose(opinion.logit, scorer.logit(features(Text(payload, payload[:80]))), abs_tol=1e-9)


def test_spans_show_the_words_that_speak_for_spam(shipped: Prior) -> None:
    opinion = Scorer(shipped, None).opinion(Text(SPAM))
    strongest = [SPAM[slice(*part.span)] for part in opinion.strongest("word", 4) if part.span]
    assert {"subscribe,", "channel"} & set(strongest)
    assert opinion.strongest("signal", 1)


def test_a_site_learns_what_its_prior_does_not_know(shipped: Prior) -> None:
    assert says(Scorer(shipped, None), "bonus 99 kazan 1") < 0.5
    scorer = taught(shipped)
    assert says(scorer, "bonus 99 kazan 1") > 0.7
    assert says(scorer, "meclis 99 toplandı 1") < 0.3


def test_the_same_decisions_give_the_same_weights_to_the_bit() -> None:
    assert stored.encode(fit(examples())) == stored.encode(fit(examples()))


def test_learning_one_by_one_learns_the_same_lesson(shipped: Prior) -> None:
    model, chance, earlier = SiteModel(), Random(3), []
    rows = examples(shipped)
    Random(5).shuffle(rows)
    for row in rows:
        learn(model, row, earlier, chance)
        earlier.append(row)
    scorer = Scorer(shipped, model)
    assert says(scorer, "bonus 99 kazan 1") > 0.7 > 0.3 > says(scorer, "meclis 99 toplandı 1")


def test_one_decision_does_not_tip_every_comment(shipped: Prior) -> None:
    model = SiteModel()
    learn(model, labelled(Text(TURKISH), shipped, spam=True), [], Random(1))
    assert says(Scorer(shipped, model), HAM) < 0.2


def test_a_decision_of_less_weight_moves_less() -> None:
    def moved(weight: float) -> float:
        model = SiteModel()
        learn(model, labelled(Text(TURKISH), None, spam=True, weight=weight), [], Random(1))
        return says(Scorer(None, model), TURKISH)

    assert 0.5 < moved(0.1) < moved(1.0)


def test_an_exported_model_comes_back_to_the_bit() -> None:
    model = fit(examples())
    assert stored.decode(stored.encode(model)) == model


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\n",
        b"{}\n",
        b"null\n",
        b"[" * 100_000,
        b"\xff\xfe\n",
        stored.encode(SiteModel())[:-20],
        stored.encode(SiteModel()).replace(b'"features": 1', b'"features": 99'),
        stored.encode(SiteModel()).partition(b"\n")[0] + b"\n" + zlib.compress(bytes(100)),
        stored.encode(SiteModel()).partition(b"\n")[0] + b"\n" + zlib.compress(bytes(50_000_000)),
    ],
)
def test_what_is_no_model_is_refused(octets: bytes) -> None:
    with pytest.raises(stored.ModelUnusable):
        stored.decode(octets)


def test_a_prior_survives_being_made_small(shipped: Prior) -> None:
    again = priors.decode(priors.encode(shipped))
    for text in (SPAM, HAM, TURKISH):
        found = features(Text(text))
        assert isclose(again.linear.logit(found), shipped.linear.logit(found), abs_tol=0.05)
    assert priors.FILE.stat().st_size < 200_000


@pytest.mark.parametrize("octets", [b"", b"{}\nx", b'{"features": 0}\n' + zlib.compress(b"x"), b"\xff"])
def test_what_is_no_prior_is_refused(octets: bytes) -> None:
    with pytest.raises(priors.PriorUnusable):
        priors.decode(octets)


def test_matthews_and_the_area_are_what_their_papers_say() -> None:
    scored = [Scored(p, s) for p, s in ((0.9, True), (0.8, False), (0.7, True), (0.2, False), (0.1, True))]
    # tp 2, fp 1, fn 1, tn 1: (2·1 - 1·1) / √(3·3·2·2); of six pairs 0.9 beats both, 0.7 one, 0.1 none
    assert matthews(scored) == pytest.approx(1 / 6)
    assert area(scored) == pytest.approx(3 / 6)
    assert area([Scored(0.5, True), Scored(0.5, False)]) == 0.5
    assert false_positives_at(scored, 0.6) == 0.5
    assert (matthews(scored[:1]), area(scored[:1]), false_positives_at(scored[:1], 0.9)) == (None, None, None)


def test_the_log_loss() -> None:
    assert log_loss(0.0, spam=True) == pytest.approx(0.6931, abs=1e-4)
    assert log_loss(5.0, spam=True) < 0.01 < 4.9 < log_loss(5.0, spam=False)
    assert log_loss(-900.0, spam=True) == 900.0
    assert probability(-900.0) < 1e-9
