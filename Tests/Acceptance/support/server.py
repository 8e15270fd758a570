"""The program under test: its commands, and a server of it on a data directory of its own."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from support.waiting import DEADLINE, eventually

PROJECT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("LOQUAT_SHARED", PROJECT.parent / "shared"))
# The embedding model, as Scripts/models fetches it.
MODELS = Path(os.environ.get("LOQUAT_MODELS_DIR", PROJECT / ".models")).absolute()
BINARY = Path(os.environ.get("LOQUAT_BINARY", PROJECT / ".build/debug/loquat")).absolute()


def clean_environment(settings=None):
    """This process's environment without any setting of Loquat's, and then `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOQUAT_")}
    return kept | {name: str(value) for name, value in (settings or {}).items()}


def upstream_settings(upstream, **more):
    """A server that speaks to the scripted provider: any name passes, and helpers' calls find no model."""
    return {
        "LOQUAT_LLM_URL": upstream.url,
        "LOQUAT_LLM_MODEL": "*",
        "LOQUAT_LLM_API_KEY": "sk-scripted",
        "LOQUAT_CLASSIFIER_MODEL": "no-classifier",
        **more,
    }


class Installation:
    """A data directory with its settings: what commands work on, whether a server runs or not."""

    def __init__(self, settings=None, data_dir=None):
        # Short, because a Unix socket's path is, and it lies in the data directory.
        self.home = Path(tempfile.mkdtemp(prefix="loquat-"))
        self.data_dir = Path(data_dir) if data_dir else self.home / "data"
        self.settings = dict(settings or {})

    def run(self, *arguments, stdin=None, settings=None, check=True, data_dir=True, seconds=DEADLINE):
        """Runs a command to its end; `check` expects exit code 0."""
        assert BINARY.exists(), f"no program at {BINARY}: build it, or set LOQUAT_BINARY"
        words = [str(BINARY), *map(str, arguments)] + (["--data-dir", str(self.data_dir)] if data_dir else [])
        result = subprocess.run(
            words,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            env=clean_environment(self.settings | (settings or {})),
            cwd=self.home,
            timeout=seconds,
        )
        if check:
            assert result.returncode == 0, f"{words}: exit code {result.returncode}\n{result.stdout}\n{result.stderr}"
        return result

    def create_key(self, name, user=None):
        arguments = ["keys", "create", "--name", name] + (["--user", user] if user else [])
        key = self.run(*arguments).stdout
        assert key.endswith("\n") and key.count("\n") == 1 and key.strip(), f"a key and nothing else on stdout: {key!r}"
        return key.strip()

    def revoke_key(self, name):
        self.run("keys", "revoke", name)

    def remove(self):
        shutil.rmtree(self.home, ignore_errors=True)


class Server(Installation):
    """A running `loquat serve`, found and ended by its process id."""

    host = "127.0.0.1"

    def __init__(self, settings=None, data_dir=None):
        super().__init__(settings, data_dir)
        self.process = self.port = None
        self.stderr_path = self.home / "stderr.log"

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    @property
    def stderr(self):
        return self.stderr_path.read_text(errors="replace") if self.stderr_path.exists() else ""

    def start(self):
        assert BINARY.exists(), f"no program at {BINARY}: build it, or set LOQUAT_BINARY"
        self.port, self._stdout = None, []
        with self.stderr_path.open("ab") as log:
            self.process = subprocess.Popen(
                [str(BINARY), "serve", "--port", "0", "--data-dir", str(self.data_dir)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=clean_environment(self.settings),
                cwd=self.home,
            )
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()
        eventually(lambda: self.port or self.process.poll() is not None, "listening on … on stdout")
        assert self.port, f"the server ended with {self.process.poll()}: {self._stdout}\n{self.stderr[-4000:]}"
        return self

    def _listen(self, process):
        for line in process.stdout:
            self._stdout.append(line)
            match = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
            if match and self.port is None:
                self.port = int(match.group(1))
        process.stdout.close()

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """As a power cut is to a process: no handler runs."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(DEADLINE)

    def terminate(self):
        """Asks it to end; `ended` waits for that."""
        self.process.send_signal(signal.SIGTERM)

    def ended(self):
        return self.process.wait(DEADLINE)

    def stop(self):
        """Ends it in good order and returns its exit code."""
        if not self.running:
            return self.process.returncode if self.process else None
        self.terminate()
        try:
            return self.ended()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server did not end on SIGTERM\n{self.stderr[-4000:]}") from None

    def restart(self):
        if self.running:
            self.stop()
        return self.start()

    def remove(self):
        """Ends the server for good, and says so if it had died before."""
        died = self.process and self.process.poll()
        if self.running:
            self.kill()
        log = self.stderr
        super().remove()
        assert died in (None, 0, -signal.SIGKILL), f"the server had ended with {died}:\n{log[-4000:]}"

    def login_path(self):
        """Where a one-time link leads that logs the owner in."""
        link = self.run("login-link").stdout.strip()
        assert link.startswith(self.url + "/login/"), link
        return link.removeprefix(self.url)
