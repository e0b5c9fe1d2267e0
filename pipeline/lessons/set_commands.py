"""`lessons set …`: making, changing, checking, freezing, comparing and exporting lesson sets. Messages are Thai, each error one line."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from pipeline.classify.taxonomy import CATEGORY, ISSUE, SDH, codes
from pipeline.errors import UsageError
from pipeline.lessons.citations import clipped, directions
from pipeline.lessons.dataset import Dataset
from pipeline.lessons.lesson_set import LessonSet, Scope
from pipeline.lessons.render.content import content
from pipeline.lessons.render.words import Words
from pipeline.lessons.template import BE_MINUS_CE, LANGUAGES, part_row, template

# Findings less sure than this are as often wrong as right (README, How good it is): they come into a set only where asked for.
_SURE_ENOUGH = 0.5
_FEW = 10  # lessons of a set: with fewer most of its parts stay empty
_MOST_SHOWN = 60  # faults printed; all of them with --json


def add_set_arguments(sub: argparse.ArgumentParser) -> None:
    """The arguments of `lessons set`."""
    actions = sub.add_subparsers(metavar="ACTION", required=True, help="what to do with the set")
    for name, help_text, arguments, run in _ACTIONS:
        own = actions.add_parser(name, help=help_text, description=help_text)
        arguments(own)
        own.set_defaults(set_action=run)


def run_set(options: argparse.Namespace) -> int:
    """Runs `lessons set`: 0; for `check` 1 when something is wrong. Raises PipelineError subclasses as the functions it calls."""
    code: int = options.set_action(options)
    return code


# --- arguments --------------------------------------------------------------------------------------------------------


def _set_argument(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("set", metavar="SET", type=Path, help="file of the set (JSON)")


def _dataset_argument(sub: argparse.ArgumentParser, *, required: bool = True) -> None:
    sub.add_argument(
        "--dataset", metavar="DIR", type=Path, required=required, help="folder that `lessons extract` made"
    )


def _input_argument(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "--input", metavar="FOLDER", type=Path, action="append", default=[], help="where the reports are now, if moved"
    )


def _new_arguments(sub: argparse.ArgumentParser) -> None:
    _set_argument(sub)
    _dataset_argument(sub)
    sub.add_argument("--title", default="", help="the question that the set answers")
    sub.add_argument("--query", default="", help="words to search for")
    for name, scheme in (("category", CATEGORY), ("issue", ISSUE), ("theme", SDH)):
        sub.add_argument(
            f"--{name}",
            action="append",
            default=[],
            choices=codes(scheme),
            metavar="CODE",
            help=f"only this {name}; may be given again",
        )
    sub.add_argument("--province", action="append", default=[], metavar="NAME", help="only this province")
    sub.add_argument(
        "--year", action="append", default=[], type=_year, metavar="YEAR", help="only this year (2566 or 2023)"
    )
    sub.add_argument(
        "--confidence", type=float, metavar="LEAST", help=f"only lessons this sure, 0 to 1 (default: {_SURE_ENOUGH})"
    )
    sub.add_argument("--lesson", action="append", default=[], metavar="ID", help="exactly these lessons, in this order")
    sub.add_argument("--most", type=_count, default=40, metavar="N", help="lessons chosen at first (default: 40)")
    sub.add_argument("--language", choices=LANGUAGES, default="th", help="language of the template (default: th)")
    sub.add_argument("--public", action="store_true", help="mask personal data")
    sub.add_argument("--from", dest="base", metavar="SET", type=Path, help="the next version of this set")
    sub.add_argument("--replace", action="store_true", help="write over an existing file")
    _input_argument(sub)


def _add_arguments(sub: argparse.ArgumentParser) -> None:
    _set_argument(sub)
    sub.add_argument("lessons", metavar="ID", nargs="+", help="lesson_id, as `lessons search` and lessons.csv show it")
    _dataset_argument(sub)
    sub.add_argument("--at", type=_count, metavar="N", help="place of the first one (default: at the end)")


def _remove_arguments(sub: argparse.ArgumentParser) -> None:
    _set_argument(sub)
    sub.add_argument("keys", metavar="KEY", nargs="+", help="L3, or a lesson_id")


def _move_arguments(sub: argparse.ArgumentParser) -> None:
    _set_argument(sub)
    sub.add_argument("key", metavar="KEY", help="L3, or a lesson_id")
    sub.add_argument("to", metavar="N", type=_count, help="its new place, from 1")


def _part_argument(sub: argparse.ArgumentParser) -> None:
    sub.add_argument(
        "part", metavar="PART", choices=[row.id for row in template()], help=", ".join(row.id for row in template())
    )


def _note_arguments(sub: argparse.ArgumentParser) -> None:
    _set_argument(sub)
    _part_argument(sub)
    sub.add_argument("text", metavar="TEXT", help='the note; "" takes it away')


def _claim_arguments(sub: argparse.ArgumentParser) -> None:
    _set_argument(sub)
    _part_argument(sub)
    sub.add_argument("text", metavar="TEXT", nargs="?", default="", help="the claim with its keys, as in “… [L1] [L4]”")
    change = sub.add_mutually_exclusive_group()
    change.add_argument("--replaces", type=_count, default=0, metavar="N", help="in place of claim N of the part")
    change.add_argument("--drop", type=_count, default=0, metavar="N", help="take claim N of the part away")


def _show_arguments(sub: argparse.ArgumentParser) -> None:
    _set_argument(sub)
    sub.add_argument("--citations", action="store_true", help="each quote and how it is found in its source")
    sub.add_argument("--one", action="store_true", help="only the first quote, as an example of how one is found")


def _check_arguments(sub: argparse.ArgumentParser) -> None:
    _set_argument(sub)
    _dataset_argument(sub)
    _input_argument(sub)
    sub.add_argument("--json", metavar="FILE", type=Path, help="write all that was found to this file")


def _diff_arguments(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("old", metavar="OLD", type=Path, help="file of the earlier version")
    sub.add_argument("new", metavar="NEW", type=Path, help="file of the later version")
    sub.add_argument("--json", metavar="FILE", type=Path, help="write the differences to this file too")


def _export_arguments(sub: argparse.ArgumentParser) -> None:
    _set_argument(sub)
    sub.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the files, made when missing")
    sub.add_argument(
        "--format", action="append", default=[], metavar="NAME", help="docx, xlsx, html, md, json, qdpx (default: all)"
    )
    sub.add_argument("--public", action="store_true", help="mask personal data")
    _dataset_argument(sub, required=False)
    _input_argument(sub)


def _year(text: str) -> int:
    """A year, Common Era, from either era. Raises argparse.ArgumentTypeError for anything else."""
    if not text.isdigit() or not 1900 < int(text) < 2700:
        raise argparse.ArgumentTypeError(f"{text!r} is not a year")
    return int(text) - BE_MINUS_CE if int(text) > 2400 else int(text)


def _count(text: str) -> int:
    """A whole number of 1 or more. Raises argparse.ArgumentTypeError for anything else."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


# --- actions ----------------------------------------------------------------------------------------------------------


def _new(options: argparse.Namespace) -> int:
    """Runs `lessons set new`."""
    if options.set.exists() and not options.replace:
        raise UsageError(f"มีไฟล์ {options.set} อยู่แล้ว", "ตั้งชื่ออื่น หรือใส่ --replace เพื่อเขียนทับ")
    dataset = Dataset(options.dataset)
    if options.base:
        made = LessonSet.load(options.base).next_version(dataset)
        made = replace(made, title=options.title or made.title)
    else:
        least = options.confidence
        if least is None:
            least = 0.0 if options.lesson else _SURE_ENOUGH
        scope = Scope(
            query=options.query,
            categories=tuple(options.category),
            issues=tuple(options.issue),
            sdh=tuple(options.theme),
            provinces=tuple(options.province),
            years_ce=tuple(options.year),
            least_confidence=least,
        )
        if not (options.query or options.title or options.lesson):
            raise UsageError("ยังไม่ได้บอกว่าชุดบทเรียนตอบคำถามอะไร", 'ใส่ --title "คำถาม" และ --query หรือ --issue')
        made = LessonSet.new(
            dataset,
            title=options.title or options.query,
            scope=scope,
            name=options.set.stem,
            language=options.language,
            most=options.most,
            lesson_ids=options.lesson or None,
        )
    if options.public:
        from pipeline.lessons.set_public import publish_set

        made = publish_set(made, dataset, options.input)
    made.save(options.set)
    reports = len({one.report_id for one in made.citations})
    print(f"สร้าง {options.set} รุ่น {made.version}: {len(made.citations)} ข้อความจากรายงาน {reports} ฉบับ")
    if options.query and len(made.citations) < _FEW:
        print("ตรงคำถามน้อย ลองใช้คำที่กว้างขึ้น หรือค้นด้วย lessons search แล้วเพิ่มด้วย lessons set add")
    print(f"อ่านด้วย: lessons set show {options.set}")
    return 0


def _change(options: argparse.Namespace, change: Callable[[LessonSet], LessonSet], said: str) -> int:
    """Changes the set of a file and says so, with claims that have lost their last citation."""
    old = LessonSet.load(options.set)
    new = change(old)
    new.save(options.set)
    print(f"{said} ตอนนี้มี {len(new.citations)} ข้อความใน {options.set}")
    for part in new.parts:
        for number, claim in enumerate(part.claims, 1):
            if part_row(part.role).cited and not claim.cites:
                print(f"ข้อสรุปที่ {number} ใน “{part_row(part.role).name_th}” ไม่มีอ้างอิงเหลือ แก้ด้วย lessons set claim")
    return 0


def _add(options: argparse.Namespace) -> int:
    """Runs `lessons set add`."""
    dataset = Dataset(options.dataset)
    return _change(options, lambda s: s.add(dataset, options.lessons, at=options.at), "เพิ่มแล้ว")


def _remove(options: argparse.Namespace) -> int:
    """Runs `lessons set remove`."""
    return _change(options, lambda s: s.remove(*options.keys), f"ตัด {', '.join(options.keys)} แล้ว")


def _move(options: argparse.Namespace) -> int:
    """Runs `lessons set move`."""
    return _change(options, lambda s: s.move(options.key, options.to), f"ย้าย {options.key} ไปลำดับ {options.to} แล้ว")


def _note(options: argparse.Namespace) -> int:
    """Runs `lessons set note`."""
    return _change(options, lambda s: s.note(options.part, options.text), "บันทึกข้อสังเกตแล้ว")


def _claim(options: argparse.Namespace) -> int:
    """Runs `lessons set claim`."""
    if options.drop:
        from pipeline.lessons.sets import drop_claim

        return _change(options, lambda s: drop_claim(s, options.part, options.drop), "ตัดข้อสรุปแล้ว")
    return _change(options, lambda s: s.claim(options.part, options.text, replaces=options.replaces), "บันทึกข้อสรุปแล้ว")


def _show(options: argparse.Namespace) -> int:
    """Runs `lessons set show`."""
    shown = LessonSet.load(options.set)
    if options.one:
        for one in shown.citations[:1]:
            print(f"อ้างอิงแต่ละข้อหาได้ในต้นฉบับ เช่น [{one.key}] “{clipped(' '.join(one.quote.split()), 80)}”")
            print(f"  {directions(one, shown.language)}")
        return 0
    state = f"ตรึงเนื้อหาแล้ว {shown.frozen[:12]}" if shown.frozen else "ฉบับร่าง ยังแก้ไขได้"
    print(f"{shown.title}\n{shown.name} รุ่น {shown.version} · {state} · {len(shown.citations)} ข้อความ")
    stated = {chapter.role: chapter for chapter in content(shown).chapters}
    for part in shown.parts:
        print(f"\n{part_row(part.role).name(shown.language)} ({part.role})")
        for number, statement in enumerate(stated[part.role].statements, 1):
            print(f"  {number}. {statement.marked}")
        if not part.claims and not part.note:
            print(f"  {Words(shown.language)('nothing')}")
        if part.note:
            print(f"  ข้อสังเกต: {part.note}")
    if options.citations:
        print("\nข้อความที่อ้าง")
        for one in shown.citations:
            print(f"  [{one.key}] {one.lesson_id} “{' '.join(one.quote.split())}”")
            print(f"       {directions(one, shown.language)}")
    return 0


def _freeze(options: argparse.Namespace) -> int:
    """Runs `lessons set freeze`."""
    frozen = LessonSet.load(options.set).freeze()
    frozen.save(options.set)
    print(f"ตรึง {options.set} รุ่น {frozen.version} แล้ว รหัสเนื้อหา {frozen.frozen}")
    print(f"แก้ไขต่อในรุ่นใหม่: lessons set new ไฟล์ใหม่.json --from {options.set} --dataset DIR")
    return 0


def _check(options: argparse.Namespace) -> int:
    """Runs `lessons set check`: 0 when nothing is wrong, else 1."""
    for folder in options.input:
        if not folder.is_dir():
            raise UsageError(f"{folder} ไม่ใช่โฟลเดอร์", "ระบุโฟลเดอร์ของรายงานด้วย --input")
    checked_set = LessonSet.load(options.set)
    found = checked_set.check(Dataset(options.dataset), options.input)
    if options.json:
        _write(options.json, json.dumps(asdict(found), ensure_ascii=False, sort_keys=True, indent=2) + "\n")
    for fault in found.faults[:_MOST_SHOWN]:
        print(f"ผิด  {fault}")
    if len(found.faults) > _MOST_SHOWN:
        print(f"     และอีก {len(found.faults) - _MOST_SHOWN} รายการ (ดูทั้งหมดด้วย --json)")
    for one in found.standings:
        if one.note and one.state.value in {"moved", "stands"}:
            print(f"ย้าย {one.key}: {one.note}")
    unchecked = sum(one.state.value == "unchecked" for one in found.standings)
    if unchecked:
        print(f"{unchecked} ข้อความเทียบกับชุดข้อมูลเท่านั้น เพราะไม่พบต้นฉบับ ระบุโฟลเดอร์ด้วย --input")
    if found.faults:
        print(f"{options.set}: พบ {len(found.faults)} จุดที่ต้องแก้")
        return 1
    stand = sum(one.state.value in {"stands", "moved"} for one in found.standings)
    print(f"{options.set}: ไม่พบข้อผิด ข้อความ {stand} จาก {len(found.standings)} ข้อยืนยันกับต้นฉบับแล้ว")
    return 0


def _diff(options: argparse.Namespace) -> int:
    """Runs `lessons set diff`."""
    changes = LessonSet.load(options.old).diff(LessonSet.load(options.new))
    if options.json:
        _write(options.json, changes.as_json())
    print(changes)
    return 0


def _export(options: argparse.Namespace) -> int:
    """Runs `lessons set export`."""
    exported = LessonSet.load(options.set)
    if options.public and not exported.public:
        from pipeline.lessons.set_public import published

        exported = published(exported, Dataset(options.dataset) if options.dataset else None, options.input)
    elif not exported.public and any(one.responsible_person for one in exported.citations):
        print("ฉบับนี้มีชื่อบุคคล ใช้ภายในเท่านั้น ใส่ --public เมื่อจะเผยแพร่")
    for path in exported.export(options.out, options.format or None):
        print(path)
    return 0


def _write(path: Path, text: str) -> None:
    """Writes a text file. Raises UsageError when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path} เขียนไม่ได้ ({error.strerror})", "เลือกชื่ออื่น") from error


_ACTIONS: tuple[
    tuple[str, str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]], ...
] = (
    ("new", "make a set from a question, or the next version of one", _new_arguments, _new),
    ("add", "add lessons of the dataset", _add_arguments, _add),
    ("remove", "take lessons out", _remove_arguments, _remove),
    ("move", "put a lesson at another place", _move_arguments, _move),
    ("note", "write a note to a part", _note_arguments, _note),
    ("claim", "write, replace or drop a claim with its citations", _claim_arguments, _claim),
    ("show", "print the set", _show_arguments, _show),
    ("freeze", "hash the content and refuse further changes", _set_argument, _freeze),
    (
        "check",
        "find wrong, moved and stale citations and claims that say more than they cite",
        _check_arguments,
        _check,
    ),
    ("diff", "what changed between two versions", _diff_arguments, _diff),
    ("export", "write Word, Excel, HTML, Markdown, JSON, REFI-QDA", _export_arguments, _export),
)
