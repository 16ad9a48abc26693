"""`make bench`: this service and its peers under the same load, one after the other, and what came of it.

python -m benchmarks.run [--seconds 8] [--rounds 3] [--peers isso,wordpress,postgresql]
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from benchmarks import budgets, machine, pipeline, report, rounds
from benchmarks.peers import Missing, Peer
from benchmarks.peers.belowline import Belowline
from benchmarks.peers.isso import Isso
from benchmarks.peers.nginx import Nginx, Proxy, require_nginx
from benchmarks.peers.wordpress import WordPress
from benchmarks.processes import Failed
from benchmarks.record import Record, say
from benchmarks.rounds import Round
from tests.backing.postgres import PostgresServer
from tests.backing.postgres import binaries as postgres_binaries

PEERS: Final = ("isso", "wordpress", "postgresql")
# On a real disk where there is one (a temporary folder may be memory), and open to the servers' own accounts.
PLACE: Final = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())  # noqa: S108


@dataclass(frozen=True)
class Turn:
    """A part of a round: which servers it needs, and what is done with them."""

    name: str
    prepare: Callable[[], None]
    measure: Callable[[Round], None]


def main(arguments: Sequence[str]) -> int:
    """0 when all went well, 1 when a budget is missed or a part failed, 2 when nothing could be measured."""
    asked = _arguments(arguments)
    signal.signal(signal.SIGTERM, interrupt)
    record = Record()
    try:
        machine.install_all(with_wordpress="wordpress" in asked.peers)
        for metric, value in pipeline.apart().items():
            if isinstance(value, str):
                record.versions[f"pipeline, {metric}"] = value
            else:
                record.note(report.OURS, "pipeline", metric, value)
        require_nginx()
        with work_folder() as folder, postgres_server(record, wanted="postgresql" in asked.peers) as postgres:
            _measure(record, asked, _turns(record, asked.peers, folder, postgres), folder)
    except (machine.CannotMeasure, Missing, Failed) as problem:
        sys.stderr.write(f"belowline: {problem}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    kept = budgets.compare(record, budgets.load())
    settings = report.Settings(asked.seconds, asked.rounds, record.elapsed_seconds)
    report.write(record, kept, settings)
    say(f"\n{budgets.table(kept)}\n\n==> written to {report.FILE.relative_to(Path.cwd())}")
    return int(bool(record.failures) or any(one.word == "MISSED" for one in kept))


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--peers", default=",".join(PEERS), type=lambda text: [name for name in text.split(",") if name]
    )
    asked = parser.parse_args(arguments)
    if unknown := set(asked.peers) - set(PEERS):
        parser.error(f"unknown peers: {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    return asked


def _turns(record: Record, peers: Sequence[str], folder: Path, postgres: PostgresServer | None) -> list[Turn]:
    ours, nginx, proxy = (
        Belowline(folder / "b", cache=cache_folder()),
        Nginx(folder / "n"),
        Proxy(folder / "x"),
    )
    record.versions |= {
        ours.name: ours.version(),
        nginx.name: f"{nginx.version()}, the same bytes from a file",
        proxy.name: f"{nginx.version()} as docker-compose.yml sets it up, with its cache of a second",
    }
    turns = [
        Turn(ours.name, ours.prepare, lambda now: rounds.belowline_and_nginx(now, ours, nginx, proxy)),
        Turn(f"{ours.name} without limits", _nothing, lambda now: rounds.belowline_without_limits(now, ours)),
    ]
    if postgres is not None:
        on_postgres = Belowline(folder / "p", postgres, cache_folder())
        record.versions[on_postgres.name] = f"{ours.version()}, {_postgres_version(postgres)}"
        turns.append(
            Turn(
                on_postgres.name,
                on_postgres.prepare,
                lambda now: rounds.belowline_on_postgresql(now, on_postgres),
            )
        )
    if "isso" in peers:
        turns.append(_peer(record, Isso(folder / "i", cache_folder()), rounds.other))
    if "wordpress" in peers:
        turns.append(_peer(record, WordPress(folder / "w"), rounds.other))
        turns.append(_peer(record, WordPress(folder / "w", cached=True), rounds.cached))
    return turns


def _peer(record: Record, peer: Peer, measure: Callable[[Round, Peer], None]) -> Turn:
    def prepare() -> None:
        peer.prepare()
        record.versions[peer.name] = peer.version()

    return Turn(peer.name, prepare, lambda now: measure(now, peer))


def _measure(record: Record, asked: argparse.Namespace, turns: list[Turn], folder: Path) -> None:
    """All rounds. What fails is said and left out; the rest goes on."""
    ready = [turn for turn in turns if _prepared(record, turn)]
    for number in range(1, asked.rounds + 1):
        record.round = number
        for turn in ready:
            say(f"==> {_elapsed(record)} round {number} of {asked.rounds}: {turn.name}")
            try:
                turn.measure(Round(record, asked.seconds, folder))
            except (Failed, OSError) as failed:
                record.failures.append(f"{turn.name}, round {number}: {failed}")
                say(f"==> FAILED: {record.failures[-1]}")


def _prepared(record: Record, turn: Turn) -> bool:
    say(f"==> {_elapsed(record)} preparing {turn.name}")
    try:
        turn.prepare()
    except Missing as missing:
        record.missing[turn.name] = str(missing)
        say(f"==> skipped: {turn.name}. {missing}")
        return False
    except (Failed, OSError) as failed:
        record.failures.append(f"preparing {turn.name}: {failed}")
        say(f"==> FAILED: {record.failures[-1]}")
        return False
    return True


def _elapsed(record: Record) -> str:
    minutes, seconds = divmod(int(record.elapsed_seconds), 60)
    return f"{minutes}:{seconds:02}"


@contextmanager
def postgres_server(record: Record, *, wanted: bool) -> Iterator[PostgresServer | None]:
    if not wanted:
        yield None
        return
    if postgres_binaries() is None:
        record.missing["belowline-postgresql"] = "PostgreSQL is not installed: `apt-get install postgresql`"
        yield None
        return
    server = PostgresServer()
    try:
        yield server.start()
    finally:
        server.remove()


def _postgres_version(postgres: PostgresServer) -> str:
    with psycopg.connect(postgres.dsn()) as connection:
        number = connection.info.server_version
    return f"PostgreSQL {number // 10000}.{number % 10000}"


@contextmanager
def work_folder() -> Iterator[Path]:
    """A new folder for all servers' files, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="blb-", dir=PLACE))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        with suppress(OSError):
            shutil.rmtree(folder)


def cache_folder() -> Path:
    """Where installed peers stay from one run to the next."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "belowline-bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _nothing() -> None:
    """Prepared already."""


def interrupt(_number: int, _frame: object) -> None:
    """Ends as Ctrl-C does, so that everything is stopped."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
