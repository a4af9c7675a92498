"""Databases to run the delivered SQL in: SQLite and DuckDB in this process, PostgreSQL as a server that a test starts."""

from __future__ import annotations

import csv
import io
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

Row = tuple[Any, ...]

NULL = "\u2205"


def in_sqlite(frame: pl.DataFrame, sql: str) -> list[Row]:
    """What a statement gives for a table `customers` in SQLite."""
    types = {pl.Boolean: "INTEGER", pl.Int64: "INTEGER", pl.Float64: "REAL"}
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE customers ({_columns(frame, types)})")
    marks = ", ".join("?" * frame.width)
    plain = frame.with_columns(pl.selectors.temporal().cast(pl.String))
    connection.executemany(f"INSERT INTO customers VALUES ({marks})", plain.iter_rows())
    return connection.execute(sql).fetchall()


def has_math() -> bool:
    """Whether this SQLite has the functions that the statement needs."""
    try:
        sqlite3.connect(":memory:").execute("SELECT ln(2.0), exp(1.0), sqrt(2.0)")
    except sqlite3.OperationalError:
        return False
    return sqlite3.sqlite_version_info >= (3, 35)


def in_duckdb(frame: pl.DataFrame, sql: str, folder: Path) -> list[Row]:
    """What a statement gives for a table `customers` in DuckDB."""
    import duckdb

    path = folder / "customers.parquet"
    frame.write_parquet(path)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE customers AS SELECT * FROM read_parquet('{path}')")
        return connection.execute(sql).fetchall()


def _columns(frame: pl.DataFrame, types: dict[Any, str]) -> str:
    return ", ".join(
        '"' + name.replace('"', '""') + '" ' + types.get(dtype, "TEXT") for name, dtype in frame.schema.items()
    )


# -- PostgreSQL ------------------------------------------------------------------------------------------------


class Postgres:
    """A running server that listens on a socket of its own folder only."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._programs = folder, programs

    def run(self, frame: pl.DataFrame, sql: str) -> list[Row]:
        """What a statement gives for a table `customers`; every value as text, None for NULL."""
        types = {pl.Boolean: "BOOLEAN", pl.Int64: "BIGINT", pl.Float64: "DOUBLE PRECISION", pl.Date: "DATE"}
        table = f"DROP TABLE IF EXISTS customers;\nCREATE TABLE customers ({_columns(frame, types)});\n"
        rows = "".join("\t".join(map(_copied, row)) + "\n" for row in frame.iter_rows())
        script = f"{table}COPY customers FROM STDIN;\n{rows}\\.\n\\pset null {NULL}\n{sql}"
        command = [self._programs / "psql", "-h", self._folder, "-U", "segtui", "-d", "postgres", "-X", "-q", "-t"]
        done = subprocess.run(
            [*command, "--csv", "-v", "ON_ERROR_STOP=1", "-f", "-"],
            input=script.encode(),
            capture_output=True,
            check=False,
            env={**os.environ, "PGCLIENTENCODING": "UTF8"},
        )
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        found = csv.reader(io.StringIO(done.stdout.decode(), newline=""))
        return [tuple(None if value == NULL else value for value in row) for row in found]


def _copied(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        for sign, letter in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
            value = value.replace(sign, letter)
    return str(value)


@contextmanager
def postgres() -> Iterator[Postgres | None]:
    """A server for the time of some tests; None where its programs are not here or it cannot be started."""
    programs = _programs()
    user = _somebody() if programs is not None else None
    if programs is None or user is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="segtui-pg-"))
    who: dict[str, Any] = {}
    if os.getuid() == 0:  # which the server refuses to run as
        shutil.chown(folder, user)
        who = {"user": user, "extra_groups": []}
    quiet: dict[str, Any] = {"check": True, "capture_output": True, "cwd": folder, "timeout": 60, **who}
    control = [programs / "pg_ctl", "-D", folder / "data", "-w", "-t", "30"]
    try:
        made = [programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "segtui", "-E", "UTF8", "--locale=C"]
        subprocess.run([*made, "--no-sync"], **quiet)
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        subprocess.run([*control, "-l", folder / "log", "-o", options, "start"], **quiet)
    except (OSError, subprocess.SubprocessError):
        shutil.rmtree(folder, ignore_errors=True)
        yield None
        return
    try:
        yield Postgres(folder, programs)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **{**quiet, "check": False})
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """The folder with the server's programs."""
    on_path = shutil.which("pg_ctl")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += [Path(on_path).resolve().parent] if on_path else []
    wanted = ("initdb", "pg_ctl", "postgres", "psql")
    return next((folder for folder in folders if all((folder / name).exists() for name in wanted)), None)


def _somebody() -> str | None:
    """Who the server can run as."""
    import pwd

    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid()).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)
