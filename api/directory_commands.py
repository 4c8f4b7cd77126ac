"""`diemtua directory`: the directory of services from the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from referral_directory.intake import Plan

_Made = TypeVar("_Made")
MOST_ROWS = 200_000
MOST_BYTES = 500_000_000
REFUSED, UNREADABLE, CHANGED = 1, 2, 3
"""Exit codes: rows were refused and nothing written; no table in the file; the directory changed."""

directory_app = typer.Typer(help="Danh bạ nơi trợ giúp.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="Tệp .xlsx hoặc .csv.", exists=True, dir_okay=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Chỉ xem từng dòng sẽ ra sao.")]
Source = Annotated[str, typer.Option(help="Nguồn, khi tệp không có cột Nguồn.")]
SkipRefused = Annotated[
    bool, typer.Option("--skip-refused", help="Bỏ lại các dòng sai, ghi các dòng khác.")
]
Report = Annotated[
    Path | None, typer.Option(help="Ghi báo cáo từng dòng, từng cột vào tệp CSV này.")
]
By = Annotated[str, typer.Option(help="Tên đăng nhập ghi vào lịch sử.")]


@directory_app.command("import")
def import_file(
    file: File,
    dry_run: DryRun = False,
    source: Source = "",
    skip_refused: SkipRefused = False,
    report: Report = None,
    by: By = "dòng lệnh",
) -> None:
    """Nhập một tệp như cán bộ vẫn gửi; không dòng nào được ghi nửa chừng."""
    from referral_directory.intake import ChangedMeanwhile, report_lines, summary
    from referral_directory.rows import BadTable

    if file.stat().st_size > MOST_BYTES:
        _stop(f"{file.name} lớn quá {MOST_BYTES // 1_000_000} MB. Bạn chia thành nhiều tệp.")
    if report:
        _demand_writable(report)
    data = file.read_bytes()
    try:
        planned = _in_database(
            lambda session: _bring(session, data, file.name, source, by, dry_run, skip_refused)
        )
    except BadTable as error:
        _stop(str(error))
    except ChangedMeanwhile as error:
        _stop(str(error), CHANGED)
    left = planned.refused and not skip_refused
    typer.echo(summary(planned, written=not dry_run and not left))
    if report:
        _write_report(report, report_lines(planned))
    if left:
        raise typer.Exit(REFUSED)


async def _bring(
    session: AsyncSession,
    data: bytes,
    filename: str,
    source: str,
    by: str,
    dry_run: bool,
    skip_refused: bool,
) -> Plan:
    from bot.hours import VIETNAM
    from referral_directory.changes import Author
    from referral_directory.intake import carry_out, plan
    from referral_directory.places import Gazetteer
    from referral_directory.units import load_units

    units = load_units()
    planned = await plan(
        session,
        data,
        filename,
        units=units,
        gazetteer=Gazetteer(units),
        source=source,
        most_rows=MOST_ROWS,
        today=datetime.now(VIETNAM).date(),
    )
    if not dry_run and (skip_refused or not planned.refused):
        author = Author(by, datetime.now(UTC), f"nhập tệp {filename}")
        await carry_out(session, planned, units, author, skip_refused=skip_refused)
    return planned


def _demand_writable(report: Path) -> None:
    """Stops before anything is imported where the report could not be written."""
    there = report.exists()
    try:
        report.open("a").close()
        if not there:
            report.unlink()
    except OSError as error:
        _stop(f"Không ghi được báo cáo {report} ({error.strerror}) nên chưa nhập gì.")


def _write_report(report: Path, lines: Iterable[str]) -> None:
    try:
        with report.open("w", encoding="utf-8-sig", newline="") as out:
            out.writelines(lines)
    except OSError as error:
        _stop(f"Không ghi được báo cáo {report} ({error.strerror}).")


def _stop(line: str, code: int = UNREADABLE) -> NoReturn:
    typer.echo(line, err=True)
    raise typer.Exit(code)


Out = Annotated[Path, typer.Option("--out", help="Tệp ghi ra.", dir_okay=False)]
Force = Annotated[bool, typer.Option("--force", help="Ghi đè lên tệp đã có.")]


@directory_app.command("export")
def export_file(
    out: Out,
    format_: Annotated[str, typer.Option("--format", help="csv, xlsx, geojson hoặc hsds")] = "csv",
    province: Annotated[str, typer.Option(help="Mã hoặc tên một tỉnh, thành phố.")] = "",
    kind: Annotated[str, typer.Option(help="Mã một loại dịch vụ, như rehab_centre.")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Mọi dòng, mọi cột, để nhập lại được.")
    ] = False,
    force: Force = False,
) -> None:
    """Ghi danh bạ ra tệp: những gì người dân được thấy hôm nay, hoặc tất cả (--all)."""
    from api.directory_files import may_write, new_file, to_export
    from bot.duty import VIETNAM

    today = datetime.now(VIETNAM).date()
    asked = to_export(format_, today, everything=everything, province=province, kind=kind)
    may_write(out, force=force)

    async def run(session: AsyncSession) -> int:
        with new_file(out) as file:
            return await asked.write(session, file)

    typer.echo(f"Đã ghi {_in_database(run)} dòng vào {out}.")


@directory_app.command("leaflet")
def print_leaflet(
    out: Out,
    commune: Annotated[str, typer.Option(help='Mã xã, hoặc "tên xã, tỉnh".')],
    url: Annotated[str, typer.Option(help="Địa chỉ trang trò chuyện in trên tờ rơi.")] = "",
    force: Force = False,
) -> None:
    """Làm tờ rơi A4 (PDF) cho một xã, phường: số gọi gấp, nơi đăng ký, nơi gần nhất, mã QR."""
    from api.directory_files import chat_address, may_write, new_file, one_commune, print_for
    from bot.settings import load_settings
    from referral_directory.places import Gazetteer

    address = chat_address(url or load_settings().public_url)
    place = one_commune(Gazetteer.load(), commune)
    may_write(out, force=force)

    async def run(session: AsyncSession) -> None:
        pdf = await print_for(session, place, address, datetime.now(UTC))
        with new_file(out) as file:
            file.write(pdf)

    _in_database(run)
    typer.echo(f"Đã ghi tờ rơi cho {place.name}, {place.province} vào {out}.")


@directory_app.command("check")
def check_rows() -> None:
    """Xét lại mọi dòng của danh bạ; có chỗ sai thì mã kết thúc là 1."""
    from api.directory_files import report
    from bot.duty import VIETNAM
    from referral_directory.inspection import Inspection, inspect
    from referral_directory.units import load_units

    async def run(session: AsyncSession) -> Inspection:
        return await inspect(session, load_units(), datetime.now(VIETNAM).date())

    found = _in_database(run)
    for line in report(found):
        typer.echo(line)
    if found.faulty:
        raise typer.Exit(1)


def _in_database(run: Callable[[AsyncSession], Awaitable[_Made]]) -> _Made:
    from api.ready import in_one_go, ready
    from bot.settings import load_settings

    with ready(load_settings()) as settings:
        return asyncio.run(in_one_go(settings, run))
