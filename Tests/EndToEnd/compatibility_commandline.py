"""Every flag and every key of docs/compatibility.md, given to the program under its older name and to `lathe record`."""

import os
import re
import shlex
import subprocess
import tempfile
import threading
from itertools import count
from pathlib import Path

from compatibility_page import code, kind
from harness import LATHE, expect, free_ports, free_tcp_port, get_json, request

# What a document says of a recording besides its story.
SETTINGS = ["mode", "audio", "mp3", "mp3Rate", "container", "splitting", "streamType", "onLoss", "recoverFiles",
            "idleSeconds", "control", "isPaused"]
# Options that say how this process hosts a channel: they have no place in a recording's document.
HOSTING = {"record-root", "udp-ports", "log-level"}
# Flags that are options of `lathe record` by the same name: there they go by its own rules.
OWN = {"idle", "streamType", "logLevel"}


class Command:
    """A recorder that runs, and what it prints."""

    def __init__(self, words, folder, environment=None):
        self.words = " ".join(map(str, words[1:]))
        self.process = subprocess.Popen([str(word) for word in words], cwd=folder, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
        self.watch = threading.Timer(60, self.process.kill)
        self.watch.start()
        self.lines = []

    def wait_for(self, pattern):
        """The first group of the first line that matches; fails if it ends before."""
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            hit = re.match(pattern, line)
            if hit:
                return hit.group(1)
        raise AssertionError(f"{self.words}: no line like {pattern} among {self.lines}: {self.end()}")

    def end(self, isTold=False):
        """Its status, and what stands on standard error."""
        if isTold and self.process.poll() is None:
            self.process.terminate()
        output, errors = self.process.communicate()
        self.watch.cancel()
        self.lines += output.splitlines()
        return self.process.returncode, errors


class Bench:
    """A server whose channels are recorded, and where commands run."""

    def __init__(self, host, root):
        self.host, self.root = host, Path(root)
        self.old = self.root / "recorder_local"
        self.old.symlink_to(Path(LATHE).resolve())
        self.numbers = count(1)
        # What is recorded where nothing is said: by the older program, and by `lathe record`.
        self.usual = {isOld: Recorded(self, lambda folder: [], isOld, self.channel()) for isOld in (True, False)}

    def folder(self):
        return Path(tempfile.mkdtemp(dir=self.root))

    def channel(self):
        return f"row{next(self.numbers)}"

    def recordings(self, channel):
        return get_json(f"{self.host.url}/v1/recordings?channel={channel}")["recordings"]

    def request(self, method, path, body=None, headers=None):
        return request(method, self.host.url + path, body, headers)

    def start(self, words, folder, channel, isOld, isHosted=True, environment=None):
        """Starts one of the two commands; `words` may name the channel themselves."""
        words = [*([] if channel is None else ["--channel", channel]), *words]
        if isOld:
            words = [self.old, *([] if "--appId" in words else ["--appId", "A"]), *words]
        else:
            words = [LATHE, "record", *words]
        if isHosted:
            return Command(words if isOld else [*words, "--server", self.host.url], folder,
                           {**({"LATHE_SERVER": self.host.url} if isOld else {}), **(environment or {})})
        return Command([*words, "--http", f"127.0.0.1:{free_tcp_port()}"], folder)


def words_of(example, folder):
    """The words of an example: its directories lie below `folder`, and so does a file of its text."""
    if example.startswith("{"):
        (folder / "f").write_text(example.replace('"/rec', f'"{folder}/rec'))
        return ["--cfgFilePath", "f"]
    (folder / "cfg.json").write_text('{"recorderStreamType": "audio_only"}')
    return [f"{folder}{word}" if word.startswith("/rec") else word for word in shlex.split(example)]


def options_of(verdict, folder):
    """The options that a row says it becomes, as words."""
    parts = [text.split(" ", 1) for text in code(verdict) if text.startswith("--")]
    return [f"{name}={f'{folder}{value}' if value.startswith('/rec') else value}" for name, value in parts]


def settings(document):
    return {name: document.get(name) for name in SETTINGS}


class Recorded:
    """What came of a command that records a channel of the bench's server."""

    def __init__(self, bench, make, isOld, channel):
        self.folder = bench.folder()
        words = make(self.folder)
        run = bench.start(words, self.folder, channel, isOld)
        run.wait_for("Recording directory is (.+)" if isOld else "recording channel '(.+)'")
        self.document = bench.recordings(channel or "room")[0]
        self.channel = self.document["channel"]
        status, self.errors = run.end(isTold=True)
        self.notes = [line for line in self.errors.splitlines() if "means nothing here: channels" not in line
                      and line not in ("SIGTERM: stopping", "Stopped") and not line.startswith("ended: ")]
        expect(status == 0, f"{run.words}: status {status}: {self.errors}")

    @property
    def directory(self):
        """Where the files are, by what the example calls it."""
        return self.document["directory"].replace(str(self.folder.resolve()), "")


def check(bench, row):
    """Does what a row says, by both commands; says what kind of row it is."""
    example = next(iter(code(row.cells["example"])))
    verdict = row.cells["here"]
    names = set(row.names) or {example.split()[0].lstrip("-")}
    for isOld in (True, False):
        if kind(verdict) == "refused":
            refuse(bench, example, verdict.removeprefix("refused: "), isOld, names)
        elif not isOld and example == "--logLevel 9":
            # The older program takes the nearest level; an option of ours is right or wrong.
            refuse(bench, example, "--log-level", isOld, set())
        elif any(f"`--{option}" in verdict for option in HOSTING):
            host(bench, example, verdict, isOld)
        else:
            accept(bench, example, verdict, isOld, names)
    return {"refused": "refused", "ignored": "ignored", "nothing": "nothing"}.get(kind(verdict), "honoured")


def refuse(bench, example, sentence, isOld, names):
    folder, channel = bench.folder(), bench.channel()
    run = bench.start(words_of(example, folder), folder, channel, isOld)
    before = sorted(folder.iterdir())
    status, errors = run.end()
    expect(status == (255 if isOld else 2), f"{run.words}: status {status}: {errors}")
    # An option of ours is refused in its own words, which name it.
    wanted = sentence if isOld or not names & OWN else f"--{next(iter(names))}"
    expect(wanted in errors, f"{run.words}: '{wanted}' is not in {errors}")
    expect(not any(line for line in run.lines), f"{run.words} printed {run.lines}")
    expect(sorted(folder.iterdir()) == before and not bench.recordings(channel), f"{run.words} left something")


def accept(bench, example, verdict, isOld, names):
    """A row that starts a recording: its settings are those of the options that it becomes, or the usual ones."""
    named = "--channel" in example.split() or "channelName" in example
    one = Recorded(bench, lambda folder: words_of(example, folder), isOld, None if named else bench.channel())
    usual = bench.usual[isOld]
    if verdict.startswith("becomes "):
        other = Recorded(bench, lambda folder: options_of(verdict, folder), isOld, bench.channel())
        expect(settings(one.document) == settings(other.document),
               f"{example}: {settings(one.document)} is not {settings(other.document)}, as of {verdict}")
        isSame = settings(one.document) == settings(usual.document)
        expect(not isSame or one.directory == other.directory, f"{example}: it changes nothing")
        if "directory" in verdict:
            expect(one.directory == other.directory != usual.directory, f"{example}: {one.directory}")
        expect(not one.notes, f"{example}: {one.errors}")
    elif verdict == "the file, see the keys below":
        expect(one.document["control"]["media"] == "audio", f"{example}: the file was not read")
    else:
        expect(settings(one.document) == settings(usual.document), f"{example}: {settings(one.document)}")
        check_notes(one, example, verdict, names)


def check_notes(one, example, verdict, names):
    """What a command says of a setting that is passed over, or of one about which there is nothing to say."""
    if verdict == "the channel":
        expect(one.channel == "room", f"{example}: the channel is {one.channel}")
    elif verdict.startswith("ignored: "):
        reason = verdict.removeprefix("ignored: ")
        said = [f"--{name} means nothing here: {reason}" for name in names] \
            + [f"f: '{name}' means nothing here: {reason}" for name in names]
        expect(any(sentence in one.errors for sentence in said), f"{example}: none of {said} is in {one.errors}")
    else:
        expect(verdict == "nothing to do", f"{example}: '{verdict}' is no verdict")
        expect(not one.notes, f"{example}: {one.errors}")


def host(bench, example, verdict, isOld):
    """A row about how this process hosts a channel: what is seen of it is what is seen of the option that it becomes."""
    seen = [hosted(bench, make, isOld) for make in (lambda folder: words_of(example, folder),
                                                   lambda folder: options_of(verdict, folder))]
    expect(seen[0] == seen[1], f"{example}: {seen[0]} is not {seen[1]}, as of {verdict}")
    option, value = code(verdict)[0].removeprefix("--").split(" ", 1)
    wanted = {"record-root": "there", "udp-ports": "in range", "log-level": "INFO" if value >= "5" else ""}[option]
    expect(seen[0][option] == wanted, f"{example}: {option} is {seen[0][option]}")


def hosted(bench, make, isOld):
    """What is seen of how a recorder hosts its channel: where files go, media arrives, and what it logs."""
    folder = bench.folder()
    words = make(folder)
    text = " ".join(map(str, words))
    if "record-root" not in text and "recordFileRootDir" not in text:
        words += ["--record-root", folder / "usual"]
    if "log" not in text:
        words += ["--log-level", "2"]
    if "udp" not in text.lower() and not isOld:
        words += ["--udp-ports", "{}-{}".format(*free_ports(4))]
    run = bench.start(words, folder, bench.channel(), isOld, isHosted=False)
    url = run.wait_for(r".*(http://[0-9.:]+)/whip/")
    ports = [int(port) for port in get_json(f"{url}/v1/server")["udpPorts"]]
    directory = Path(run.wait_for("Recording directory is (.+)" if isOld else "recording channel '.+' to (.+)"))
    status, errors = run.end(isTold=True)
    expect(status == 0, f"{run.words}: {status} {errors}")
    levels = set(re.findall(r"^\d{4}-\S+Z (\w+) ", errors, re.MULTILINE))
    return {"record-root": "there" if directory.resolve().is_relative_to((folder / "rec").resolve()) else "elsewhere",
            "udp-ports": "in range" if all(40_000 <= port <= 41_000 for port in ports) else "elsewhere",
            "log-level": " ".join(sorted(levels))}
