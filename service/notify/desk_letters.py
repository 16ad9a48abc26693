"""The words of mail to the newsroom: what waits, and links that show one comment each."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_datetime

from service.domain import markup
from service.domain.mail import LINK_LIFE, DeskTopic, Purpose, excerpt, unlinked
from service.domain.role import PERMISSIONS, Permission
from service.domain.verdict import Signal
from service.i18n import translate
from service.i18n.catalogue import isolated
from service.i18n.messages import spoken
from service.notify.breakers import TRIPPED
from service.notify.letters import Draft, Writing
from service.storage import access, account_mails, pages, queue, sites
from service.storage.account_mails import AccountMail, Window
from service.storage.comments import Comment
from service.storage.database import Session

HOLDS_SHOWN = 10
ALARMS_SHOWN = 10
REASONS_SHOWN = 3
# What of the audit log is worth a mail of its own, and its words.
ALARMS = {TRIPPED: "hook.breaker_tripped", "page_boils": "hook.story_boiling"}


def digest(writing: Writing) -> Draft | None:
    """What began to wait since the last digest and waits still; None when nothing of it is left."""
    found = _desk(writing)
    if found is None:
        return None
    desk, account = found
    window = Window(
        reach(writing.session, account),
        datetime.fromisoformat(writing.mail.detail["since"]),
        datetime.fromisoformat(writing.mail.detail["until"]),
    )
    total, holds = _holds(writing, desk, window)
    alarms = _alarms(writing, desk, window)
    if not total and not alarms:
        return None
    stop = writing.link(Purpose.DESK_STOP)
    end = translate(
        desk.language,
        "mail.desk.end",
        days=LINK_LIFE[Purpose.DECIDE].days,
        console=f"{writing.services.settings.link_base}/console",
        stop=stop,
    )
    subject = translate(desk.language, "mail.desk.subject", count=total) if total else None
    return Draft(
        subject or translate(desk.language, "mail.desk.subject_alarm"),
        "\n\n".join([*alarms, *holds, f"-- \n{end}"]) + "\n",
        desk.language,
        account=desk.account_id,
        unsubscribe=stop,
    )


def confirmation(writing: Writing) -> Draft | None:
    """Asks whether this is the address of an account."""
    found = _desk(writing)
    if found is None or found[0].confirmed_at is not None:
        return None
    desk, account = found
    text = translate(
        desk.language,
        "mail.desk_confirm.text",
        login=account.login,
        link=writing.link(Purpose.DESK_CONFIRM),
        days=LINK_LIFE[Purpose.DESK_CONFIRM].days,
    )
    subject = translate(desk.language, "mail.desk_confirm.subject", login=account.login)
    return Draft(subject, f"{text}\n", desk.language, account=desk.account_id)


def reach(session: Session, account: access.Account) -> list[str]:
    """The sites that an account is told about."""
    known = sites.all_slugs(session)
    return known if account.sites is None else [slug for slug in known if slug in account.sites]


def _desk(writing: Writing) -> tuple[AccountMail, access.Account] | None:
    account_id = writing.mail.account_id or ""
    desk = account_mails.get(writing.session, account_id)
    account = account_mails.account(writing.session, account_id)
    return None if desk is None or account is None else (desk, account)


def _holds(writing: Writing, desk: AccountMail, window: Window) -> tuple[int, list[str]]:
    if DeskTopic.HOLDS.value not in desk.about:
        return 0, []
    shown, total = account_mails.holds(writing.session, window, HOLDS_SHOWN)
    parts = [_hold(writing, desk, comment) for comment in shown]
    if total > len(shown):
        parts.append(translate(desk.language, "mail.desk.more", count=total - len(shown)))
    return total, parts


def _hold(writing: Writing, desk: AccountMail, comment: Comment) -> str:
    lang = desk.language
    page = pages.get(writing.session, comment.site, comment.page_id)
    when = format_datetime(comment.created_at, "d MMMM, HH:mm", locale=lang)
    signals = queue.last_signals(writing.session, [comment])[comment.id]
    lines = [
        translate(
            lang,
            "mail.desk.hold",
            name=isolated(excerpt(comment.name)),
            date=f"{when} UTC",
            site=comment.site,
        ),
        f"    {isolated(excerpt(markup.plain_text(comment.body)))}",
    ]
    if page is not None and page.title:
        lines.append(translate(lang, "mail.news.article", title=isolated(excerpt(page.title, 120))))
    if signals:
        reasons = " ".join(unlinked(_reason(lang, signal)) for signal in signals[:REASONS_SHOWN])
        lines.append(translate(lang, "mail.desk.why", reasons=reasons))
    lines.append(translate(lang, "mail.desk.decide", link=writing.link(Purpose.DECIDE, comment.id)))
    return "\n".join(lines)


def _reason(lang: str, signal: Signal) -> str:
    return spoken(lang, signal.messages) if signal.messages else signal.reason


def _alarms(writing: Writing, desk: AccountMail, window: Window) -> list[str]:
    lines = []
    if DeskTopic.ALARMS.value in desk.about:
        lines += [
            translate(desk.language, ALARMS[event.kind], site=event.site, count=1)
            for event in account_mails.events(writing.session, window, ALARMS, ALARMS_SHOWN)
        ]
    if DeskTopic.CAMPAIGNS.value in desk.about:
        count = account_mails.campaigns(writing.session, window)
        lines += [translate(desk.language, "mail.desk.campaigns", count=count)] if count else []
    return lines


def may_decide(account: access.Account) -> bool:
    """Whether the account's role lets it decide about comments."""
    return account.role in PERMISSIONS[Permission.DECIDE]
