"""`sites`: newsrooms are added with canonical origins, and mistakes are explained."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from service.settings import Policy
from service.storage import sites
from service.storage.database import reading
from service.storage.sites import SiteProfile
from tests.cli.conftest import Run


def _site(app: Flask, slug: str) -> SiteProfile | None:
    with app.app_context(), reading() as session:
        return sites.profile(session, slug)


def test_a_site_has_what_was_said_and_defaults_for_the_rest(app: Flask, run: Run) -> None:
    run("sites", "add", "courant", "--origin", "self")
    assert _site(app, "courant") == SiteProfile(
        slug="courant",
        name="courant",
        language="en",
        policy=Policy.HOLD_ALL,
        page_hosts=(),
        edit_window_seconds=900,
        origins=frozenset({"self"}),
    )
    origins = ["--origin", "HTTPS://News.Example:443/", "--origin", "http://haber.örnek.example:8080"]
    hosts = ["--page-host", "NEWS.example", "--page-host", "*.haber.örnek.example"]
    run(
        "sites",
        "add",
        "posta",
        "--name",
        "Akşam Postası",
        *origins,
        *hosts,
        "--language",
        "tr",
        "--policy",
        "publish_all",
    )
    assert _site(app, "posta") == SiteProfile(
        slug="posta",
        name="Akşam Postası",
        language="tr",
        policy=Policy.PUBLISH_ALL,
        page_hosts=("news.example", "*.haber.xn--rnek-4qa.example"),
        edit_window_seconds=900,
        origins=frozenset({"https://news.example", "http://haber.xn--rnek-4qa.example:8080"}),
    )


def test_sites_are_listed(run: Run) -> None:
    run("sites", "add", "courant", "--origin", "self", "--name", "The Courant")
    lines = run("sites", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["SITE", "courant", "paper"]
    assert lines[1].endswith("The Courant")


def test_a_slug_is_used_once(refused: Callable[..., str]) -> None:
    assert refused("sites", "add", "paper", "--origin", "self") == "Error: there is a site paper already"


def test_a_slug_that_cannot_be_is_refused(refused: Callable[..., str]) -> None:
    for slug in ("Paper", "-paper", "pa_per", "a" * 64, "", "gazete-ş", "a\n"):
        assert "a-z, 0-9 and -" in refused("sites", "add", "--origin", "self", "--", slug), slug


def test_what_is_no_origin_is_refused(refused: Callable[..., str]) -> None:
    wrong = (
        "news.example",
        "https://news.example/blog",
        "https://a@news.example",
        "*",
        "null",
        "https://*.example",
    )
    for origin in wrong:
        assert "--origin" in refused("sites", "add", "courant", "--origin", origin), origin


def test_what_is_no_host_is_refused(refused: Callable[..., str]) -> None:
    for host in ("https://news.example", "news.example/a", "*", "*.*.example", ""):
        assert "--page-host" in refused("sites", "add", "courant", "--origin", "self", "--page-host", host), (
            host
        )


def test_an_update_adds_to_what_a_site_has_and_changes_its_policy(app: Flask, run: Run) -> None:
    run("sites", "add", "courant", "--origin", "self", "--page-host", "news.example")
    hosts = ["--page-host", "news.example", "--page-host", "M.News.Example"]
    run("sites", "update", "courant", "--origin", "self", "--origin", "HTTPS://News.Example/", *hosts)
    site = _site(app, "courant")
    assert site is not None
    assert site.origins == {"self", "https://news.example"}
    assert site.page_hosts == ("news.example", "m.news.example")
    assert site.policy is Policy.HOLD_ALL
    run("sites", "update", "courant", "--policy", "hold_new_authors")
    changed = _site(app, "courant")
    assert changed is not None
    assert (changed.policy, changed.origins) == (Policy.HOLD_NEW_AUTHORS, site.origins)


def test_an_update_of_no_site_or_with_no_origin_is_refused(refused: Callable[..., str]) -> None:
    assert "there is no site courant" in refused("sites", "update", "courant", "--origin", "self")
    assert "--origin" in refused("sites", "update", "paper", "--origin", "news.example")
