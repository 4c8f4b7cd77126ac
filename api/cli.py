"""The `diemtua` command. Every command imports what it needs: those that judge text or score answers
start without a database's libraries."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api import checking, directory_commands, user_commands
from api.lines import standard_input
from bot.errors import DiemTuaError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.settings import Settings

_Made = TypeVar("_Made")

app = typer.Typer(
    help="Điểm Tựa: trợ lý tự động và bàn tư vấn về phòng ngừa, cai nghiện và hỗ trợ sau cai.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
keys = typer.Typer(help="Khóa mã hóa tin nhắn.", no_args_is_help=True)
screening = typer.Typer(help="Bộ câu hỏi sàng lọc.", no_args_is_help=True)
content = typer.Typer(help="Các bài trả lời và sổ văn bản.", no_args_is_help=True)
app.add_typer(user_commands.commands, name="user")
app.add_typer(directory_commands.directory_app, name="directory")
app.add_typer(content, name="content")
app.add_typer(keys, name="keys")
app.add_typer(screening, name="screening")
app.add_typer(checking.commands, name="channels")


def main() -> None:
    """Run the command; an error that we raise on purpose is one line, not a traceback."""
    try:
        app()
    except DiemTuaError as error:
        typer.echo(error.line, err=True)
        sys.exit(1)


@app.command()
def run() -> None:
    """Khởi động tất cả: trang chat, bàn tư vấn, người làm việc nền, Rasa."""
    from api import run as running

    running.run(_settings())


@app.command()
def web() -> None:
    """Chỉ chạy máy chủ web (cần DATABASE_URL)."""
    import uvicorn

    from api.app import build_web, keep_what_is_loaded

    settings = _settings()
    built = build_web(settings)
    keep_what_is_loaded()
    uvicorn.run(
        built,
        host=settings.web_host,
        port=settings.web_port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )


@app.command()
def worker() -> None:
    """Chỉ chạy tiến trình nền (cần DATABASE_URL)."""
    import uvloop

    from api.app import run_worker

    uvloop.run(run_worker(_settings()))


@app.command()
def chat() -> None:
    """Trò chuyện với Điểm Tựa ngay trong cửa sổ dòng lệnh."""
    from api.terminal import talk

    settings = _settings()
    with _ready(settings) as ready:
        asyncio.run(talk(ready))


@app.command()
def migrate() -> None:
    """Cập nhật bảng dữ liệu và danh bạ nơi trợ giúp."""
    settings = _settings()
    with _ready(settings):
        typer.echo("Dữ liệu đã ở phiên bản mới nhất.")


@app.command()
def answer(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Đọc từng dòng {"text": …} từ đầu vào.')
    ] = False,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="Trả lời theo luật của ngày này."),
    ] = None,
    no_rasa: Annotated[bool, typer.Option("--no-rasa", help="Chỉ dùng phần tìm kiếm.")] = False,
    question: Annotated[str, typer.Argument(help="Câu hỏi (khi không có --jsonl).")] = "",
) -> None:
    """In ra câu trả lời cho từng tin, dạng JSON, theo đúng đường đi của một lượt thật."""
    from api.answering import print_answers
    from api.run_rasa import rasa_for_now

    lines = standard_input() if jsonl else [json.dumps({"text": question})]
    day = on.date() if on else None
    with _ready(_settings()) as ready, contextlib.ExitStack() as stack:
        settings = ready if no_rasa else stack.enter_context(rasa_for_now(ready))
        broken = print_answers(settings, lines, day, use_rasa=not no_rasa)
    if broken:
        raise typer.Exit(1)


@app.command()
def danger(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Đọc từng dòng {"text": …} từ đầu vào.')
    ] = False,
    examples: Annotated[
        bool,
        typer.Option("--examples", help="In các tin tư vấn viên đã soát, đã bỏ điều riêng tư."),
    ] = False,
    text: Annotated[str, typer.Argument(help="Tin cần xét (khi không có --jsonl).")] = "",
) -> None:
    """In ra nguy hiểm thấy trong từng tin, dạng JSON; không cần mạng, dữ liệu hay Rasa."""
    from api.judging import print_dangers, print_examples

    if examples:
        with _ready(_settings()) as settings:
            asyncio.run(print_examples(settings.database_url))
    elif print_dangers(standard_input() if jsonl else [json.dumps({"text": text})]):
        raise typer.Exit(1)


@app.command()
def place(
    what: Annotated[str, typer.Argument(help="Câu cần đọc; với --jsonl là tên tệp.")] = "",
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Đọc từng dòng {"text": …} từ tệp hoặc đầu vào.')
    ] = False,
) -> None:
    """In ra đơn vị hành chính ngày nay mà mỗi câu nhắc tới, dạng JSON."""
    from api.placing import print_places, read_file

    lines = [json.dumps({"text": what})]
    if print_places((read_file(Path(what)) if what else standard_input()) if jsonl else lines):
        raise typer.Exit(1)


@app.command("eval")
def evaluate() -> None:
    """Đo trên các bộ câu để riêng: nghe ra nguy hiểm, trả lời đúng, theo từng cách viết."""
    from api import evaluating_places, evaluation
    from api.run_rasa import rasa_for_now
    from bot import topics
    from bot.answers import Library
    from bot.laws import Register

    evaluation.print_danger(typer.echo)
    evaluating_places.print_places(typer.echo, evaluation.SETS)
    model = topics.load()
    with _ready(_settings()) as ready, rasa_for_now(ready) as settings:
        asyncio.run(evaluation.evaluate(settings, model, typer.echo))
    library = Library.load(Register.load())
    evaluation.print_search_times(library, model, date.today(), typer.echo)


@app.command("score")
def score_answers(
    instrument: Annotated[str, typer.Argument(help="assist, dast-10, audit-c, phq-2, phq-9, …")],
) -> None:
    """Chấm điểm các câu trả lời: mỗi dòng vào một JSON, mỗi dòng ra một JSON."""
    from api.screening import NoSuchInstrument, find_instrument, score_lines

    try:
        chosen = find_instrument(instrument, _settings().data_dir)
    except NoSuchInstrument as error:
        typer.echo(error.line, err=True)
        raise typer.Exit(2) from None
    for line in score_lines(chosen, standard_input()):
        typer.echo(line)


@screening.command("install")
def install_screening(
    file: Annotated[Path, typer.Argument(help="Lời văn được phép dùng, hoặc cả bộ câu hỏi.")],
) -> None:
    """Thêm lời văn (ASSIST, CRAFFT) hoặc một bộ câu hỏi; tệp sai thì nói rõ lý do."""
    from bot.screening.library import FOLDER, install

    installed = install(file, _settings().data_dir / FOLDER)
    typer.echo(f"Đã thêm {installed.title}. Khởi động lại để dùng.")


@content.command("check")
def check_content() -> None:
    """Kiểm tra mọi bài trả lời và sổ văn bản; in tệp, dòng, lý do của chỗ sai."""
    from bot.answers import Library
    from bot.laws import Register

    library = Library.load(Register.load())
    for article in library.withheld(date.today()):
        typer.echo(
            f"{article.key}.md: đang bị giữ lại: văn bản căn cứ chưa hoặc không còn hiệu lực"
        )
    for fault in library.broken:
        at = f", dòng {fault.at}" if fault.at else ""
        typer.echo(f"{fault.file}{at}: {fault.field}: {fault.reason}", err=True)
    typer.echo(f"{len(library.articles())} bài dùng được, {len(library.broken)} chỗ sai.")
    if library.broken:
        raise typer.Exit(1)


@content.command("stats")
def count_content() -> None:
    """Đếm bài theo chủ đề, độ chắc và tình trạng thẩm định."""
    from bot.answers import TOPICS, Library
    from bot.answers.article import UNREVIEWED
    from bot.laws import Register

    articles = Library.load(Register.load()).articles()
    topics = Counter(article.topic for article in articles)
    for topic, about in TOPICS.items():
        typer.echo(f"{topics[topic]:4}  {topic:26} {about}")
    typer.echo(
        f"{len(articles)} bài, {sum(len(one.ask) for one in articles)} cách hỏi, "
        f"{sum(one.cases is not None for one in articles)} bài hỏi lại theo trường hợp, "
        f"{sum(one.version_of is not None for one in articles)} bài theo luật cũ, "
        f"{sum(one.confidence == 'medium' for one in articles)} bài cần hỏi lại nơi có thẩm quyền, "
        f"{sum(one.reviewed_by == UNREVIEWED for one in articles)} bài chưa thẩm định."
    )


@keys.command("rotate")
def rotate_keys() -> None:
    """Tạo khóa mới. Sau đó khởi động lại web và worker, rồi chạy `diemtua keys rewrap`."""
    from bot.privacy import KeyRing

    settings = _settings()
    ring = KeyRing.load(settings.keyring).rotated()
    ring.save(settings.keyring)
    typer.echo(
        f"Đã tạo khóa {ring.current}. Khởi động lại web và worker, rồi chạy `diemtua keys rewrap`."
    )


@keys.command("rewrap")
def rewrap_keys() -> None:
    """Bọc lại khóa của mọi người bằng khóa mới nhất (sau khi web và worker đã khởi động lại)."""
    from api import second_factor
    from api.ready import in_one_go
    from bot.privacy import KeyRing, rewrap

    with _ready(_settings()) as ready:
        ring = KeyRing.load(ready.keyring)

        async def rewrap_all(session: AsyncSession) -> int:
            await second_factor.reseal(session, ring)
            return await rewrap(session, ring)

        number = asyncio.run(in_one_go(ready, rewrap_all))
        typer.echo(f"Đã chuyển {number} người sang khóa {ring.current}.")


def _settings() -> Settings:
    from bot.settings import load_settings

    return load_settings()


def _ready(settings: Settings) -> contextlib.AbstractContextManager[Settings]:
    from api.ready import ready

    return ready(settings)
