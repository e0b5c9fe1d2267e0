"""The store: one SQLite file, one transaction for each report, one writer at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pipeline.dataset.rows import problem_row, rows_of
from pipeline.dataset.schema import Cell, Row, Table, table, tables
from pipeline.errors import StoreError
from pipeline.records import Problem, ReportResult, ReportStatus

STORE_NAME = "lessons.sqlite"
FORMAT = 1  # raised when the tables below change in a way that an older store cannot follow

_SQL_TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "INTEGER", "list": "TEXT"}
# Every row knows its source and its position in the report's result: that is the order of every export.
_HIDDEN = ("of_source", "position")
# What was read, and how: a file is read again when its hash or the fingerprint differs, or when it failed.
_SOURCES = "sources"
# By which copies of a report are found later, without its file; no table of the dataset. Stores made before have none.
_SKETCHES = "sketches"
_SOURCE_COLUMNS = {
    "source": "TEXT PRIMARY KEY",
    "sha256": "TEXT NOT NULL",
    "fingerprint": "TEXT NOT NULL",
    "failed": "INTEGER NOT NULL",
}


class UnfitRowsError(StoreError):
    """Rows of one report that the schema refuses: a fault of the pipeline that costs this report only."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store knows of a source that it has read."""

    sha256: str
    fingerprint: str
    failed: bool  # whether it, or a report in it, could not be read


class Store:
    """The rows of a dataset, open for one writer or for readers.

    A rollback journal and not WAL: the folder often lies on a network drive, where WAL's shared memory does not work, and
    a finished dataset stays one file. The journal undoes a half-written report at the next opening, also after kill -9.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    @classmethod
    def create(cls, folder: Path) -> Store:
        """The store in `folder`, made when missing, locked against other writers until closed.

        Raises StoreError when the folder cannot be written, another run holds it, or the file is no store of ours.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{folder} cannot be made ({error.strerror}).", "Choose another --out folder.") from error
        store = cls._open(folder / STORE_NAME)
        with store._closed_on_error():
            # Exclusive: the lock lasts as long as the connection, and the system frees it when the process dies.
            store._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            store._connection.execute("PRAGMA synchronous = NORMAL")
            # What a run with --public takes the place of must not stay readable in free pages of the file.
            store._connection.execute("PRAGMA secure_delete = ON")
            with store._transaction():
                store._make_tables()
        return store

    @classmethod
    def read(cls, folder: Path) -> Store:
        """The store in `folder`, for reading only. Raises StoreError when there is none or it is damaged."""
        path = folder / STORE_NAME
        if not path.is_file():
            raise StoreError(f"{folder} holds no {STORE_NAME}.", "Name a folder that `lessons extract` has made.")
        # Opened for writing, so that SQLite can undo what a killed run left half-written; nothing else is written.
        store = cls._open(path)
        with store._closed_on_error():
            store._connection.execute("PRAGMA query_only = ON")
            store._check_format()
        return store

    @classmethod
    def _open(cls, path: Path) -> Store:
        """The store at `path`, not looked into yet."""
        try:
            connection = sqlite3.connect(path, timeout=2, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreError(f"{path} cannot be opened ({error}).", "Choose another --out folder.") from error
        return cls(path, connection)

    @contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        """Closes the store when what is within fails. A failure of SQLite becomes a StoreError."""
        try:
            yield
        except sqlite3.Error as error:
            self.close()
            raise _store_error(self._path, error) from error
        except StoreError:
            self.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(value, sqlite3.Error):  # a disk that fills up or fails, a file damaged further down
            raise _store_error(self._path, value) from value

    def close(self) -> None:
        """Frees the file and its lock."""
        self._connection.close()

    def stored(self) -> dict[str, Stored]:
        """Each source that the store has read, with the hash and fingerprint it was read under."""
        found = self._connection.execute("SELECT source, sha256, fingerprint, failed FROM sources")
        return {source: Stored(sha256, fingerprint, bool(failed)) for source, sha256, fingerprint, failed in found}

    def put(self, result: ReportResult, fingerprint: str) -> None:
        """Writes a report that has a file of its own; see put_file."""
        self.put_file(result.source, result.sha256, fingerprint, (result,))

    def put_file(
        self,
        source: str,
        sha256: str,
        fingerprint: str,
        results: Sequence[ReportResult],
        problems: Sequence[Problem] = (),
    ) -> None:
        """Writes all that one file yields (a zip: several reports) in one transaction, in place of what was held of it.

        Raises UnfitRowsError when the rows do not fit the schema, StoreError when the disk is full; the store is then as
        before.
        """
        try:
            rows: dict[str, list[Row]] = {of.name: [] for of in tables()}
            for result in results:
                for name, of_table in rows_of(result).items():
                    rows[name] += of_table
            rows["problems"] += [problem_row(problem) for problem in problems]
            failed = any(result.status is ReportStatus.UNREADABLE for result in results)
            with self._transaction():
                self._remove(source)
                for name, of_table in rows.items():
                    self._insert(table(name), source, of_table)
                self._connection.execute(
                    "INSERT INTO sources VALUES (?, ?, ?, ?)", (source, sha256, fingerprint, failed)
                )
                self._connection.executemany(
                    f"INSERT INTO {_SKETCHES} VALUES (?, ?, ?)",
                    [(source, result.report_id, result.sketch) for result in results if result.sketch],
                )
        except (sqlite3.IntegrityError, ValueError) as error:
            raise UnfitRowsError(
                f"The rows do not fit the dataset ({error}).",
                "Report this with the file: it is a fault of the pipeline.",
            ) from error
        except sqlite3.Error as error:
            raise StoreError(f"{source} cannot be stored ({error}).", "Free disk space, then run again.") from error

    def put_problem(self, problem: Problem) -> None:
        """Writes a problem of a source that is no report, in place of what the store held of that source."""
        with self._transaction():
            self._remove(problem.source)
            self._insert(table("problems"), problem.source, [problem_row(problem)])

    def keep_only(self, sources: Iterable[str]) -> int:
        """The number of sources whose rows were removed because they are not among `sources`."""
        keep = frozenset(sources)
        held = {source for (source,) in self._connection.execute("SELECT of_source FROM problems")} | set(self.stored())
        gone = sorted(held - keep)
        with self._transaction():
            for source in gone:
                self._remove(source)
        return len(gone)

    def rows(self, name: str) -> Iterator[Row]:
        """The rows of table `name`, ordered by source and by place in the report."""
        of = table(name)
        columns = ", ".join(f'"{column}"' for column in of.names)
        query = f'SELECT {columns} FROM "{name}" ORDER BY of_source, position'
        readers = [_READERS.get(column.type) for column in of.columns]
        with closing(self._connection.execute(query)) as found:
            for cells in found:
                yield tuple(
                    cell if read is None or cell is None else read(cell)
                    for read, cell in zip(readers, cells, strict=True)
                )

    def count(self, name: str) -> int:
        """The number of rows of table `name`."""
        return int(self._connection.execute(f'SELECT count(*) FROM "{table(name).name}"').fetchone()[0])

    def sketches(self) -> dict[str, bytes]:
        """The sketch of each report's text, by report_id; none for a store that was made before there were any."""
        if not self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (_SKETCHES,)).fetchone():
            return {}
        return dict(self._connection.execute(f"SELECT report_id, sketch FROM {_SKETCHES}"))

    def usable(self) -> int:
        """The number of reports that could be read, whole or in part."""
        query = "SELECT count(*) FROM reports WHERE status <> ?"
        return int(self._connection.execute(query, (ReportStatus.UNREADABLE.value,)).fetchone()[0])

    def tag_codes(self) -> Iterator[tuple[str, str, bool]]:
        """Scheme, code and acceptance of every row of `tags`."""
        for scheme, code, accepted in self._connection.execute("SELECT scheme, code, accepted FROM tags"):
            yield scheme, code, bool(accepted)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All statements within take effect together or not at all."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _make_tables(self) -> None:
        """Creates the tables where they are missing. Raises StoreError for a store of another format."""
        existing = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if existing:
            self._check_format()
        self._connection.execute(
            f"CREATE TABLE IF NOT EXISTS {_SKETCHES} (of_source TEXT, report_id TEXT, sketch BLOB)"
        )
        if existing:
            return
        for of in tables():
            self._connection.execute(_create_statement(of))
            self._connection.execute(f'CREATE INDEX "{of.name}_by_source" ON "{of.name}" (of_source, position)')
        columns = ", ".join(f"{name} {kind}" for name, kind in _SOURCE_COLUMNS.items())
        self._connection.execute(f"CREATE TABLE {_SOURCES} ({columns})")
        self._connection.execute(f"PRAGMA user_version = {FORMAT}")

    def _check_format(self) -> None:
        """Raises StoreError unless the file is a store with today's tables and columns."""
        wanted = {of.name: of.names + _HIDDEN for of in tables()} | {_SOURCES: tuple(_SOURCE_COLUMNS)}
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        for name, columns in wanted.items():
            found = tuple(row[1] for row in self._connection.execute(f'PRAGMA table_info("{name}")'))
            if version != FORMAT or found != columns:
                raise StoreError(
                    f"{STORE_NAME} was made by another version of the pipeline (table {name} differs).",
                    "Delete the file, or choose another --out folder, and run `lessons extract` again.",
                )

    def _remove(self, source: str) -> None:
        """Deletes every row of `source`."""
        for of in tables():
            self._connection.execute(f'DELETE FROM "{of.name}" WHERE of_source = ?', (source,))
        self._connection.execute("DELETE FROM sources WHERE source = ?", (source,))
        self._connection.execute(f"DELETE FROM {_SKETCHES} WHERE of_source = ?", (source,))

    def _insert(self, of: Table, source: str, rows: Iterable[Row]) -> None:
        """Adds rows to a table, numbering them in order."""
        marks = ", ".join("?" * (len(of.columns) + len(_HIDDEN)))
        self._connection.executemany(
            f'INSERT INTO "{of.name}" VALUES ({marks})',
            ((*(_stored_cell(cell) for cell in row), source, position) for position, row in enumerate(rows)),
        )


def _create_statement(of: Table) -> str:
    """The SQL that creates a table of the schema."""
    parts = [f'"{c.name}" {_SQL_TYPES[c.type]}{" NOT NULL" if c.required else ""}' for c in of.columns]
    parts += ["of_source TEXT NOT NULL", "position INTEGER NOT NULL"]
    if of.key:
        parts.append(f"PRIMARY KEY ({', '.join(of.key)})")
    return f'CREATE TABLE "{of.name}" ({", ".join(parts)})'


def _stored_cell(cell: Cell) -> Cell:
    """`cell` as SQLite holds it: lists as JSON arrays, so that json_each can open them."""
    if isinstance(cell, tuple):
        return json.dumps(cell, ensure_ascii=False)
    return cell


def _read_list(cell: str) -> tuple[str, ...]:
    """The codes of a stored list."""
    return tuple(json.loads(cell))


_READERS: Mapping[str, Callable[[Any], Cell]] = {"list": _read_list, "boolean": bool, "number": float}


def _store_error(path: Path, error: sqlite3.Error) -> StoreError:
    """The error to show for a failure of SQLite."""
    if "locked" in str(error):
        return StoreError(
            f"Another run is writing {path.parent}.", "Wait until it ends, or choose another --out folder."
        )
    return StoreError(
        f"{path} cannot be used as a store ({error}).", "Delete it, or choose another --out folder, and run again."
    )
