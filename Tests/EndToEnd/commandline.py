"""The command line as people meet it: help that fits a screen, completion in real shells, flags of the older program."""

import os
import pty
import re
import select
import subprocess
import tempfile
import time
from pathlib import Path

from harness import LATHE, expect, get_json, lathe, server

SCREEN_LINES, SCREEN_COLUMNS = 24, 80


def fits(page, name):
    lines = page.splitlines()
    expect(len(lines) <= SCREEN_LINES, f"{name} has {len(lines)} lines")
    for line in lines:
        expect(len(line) <= SCREEN_COLUMNS, f"{name}: {line}")


def help_fits_a_screen():
    """Each command's help, or its overview and each of its groups, fits a terminal of 80 by 24."""
    commands = re.findall(r"^  (\w+)  ", lathe("--help").stdout, re.MULTILINE)
    expect(len(commands) > 8, f"only {commands}")
    pages = 0
    for command in commands:
        overview = lathe(command, "--help").stdout
        fits(overview, f"{command} --help")
        groups = re.findall(r"^  ([a-z][\w-]*)  ", overview, re.MULTILINE)
        everything = lathe(command, "--help", "all").stdout
        for group in groups:
            page = lathe(command, "--help", group).stdout
            expect(lathe(command, f"--help={group}").stdout == page, f"--help={group} differs from --help {group}")
            fits(page, f"{command} --help {group}")
            expect(page.strip() in everything, f"{group} is not in --help all")
        pages += 1 + len(groups)
    wrong = lathe("serve", "--help", "nothing", check=False)
    expect(wrong.returncode == 2 and "known are: server" in wrong.stderr, wrong.stderr)
    return f"{pages} pages"


def completing():
    """The environment in which `lathe` is found by its name."""
    folder = tempfile.mkdtemp(prefix="lathe-completion-")
    (Path(folder) / "lathe").symlink_to(Path(LATHE).resolve())
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "HOME": folder, "TERM": "dumb"}


# What is typed, the last word being completed, and what must be offered.
COMPLETIONS = [
    (["re"], {"record", "repair"}),
    (["record", "--me"], {"--media"}),
    (["record", "--media", ""], {"both", "audio", "video"}),
    (["record", "--isAudio"], {"--isAudioOnly"}),
    (["serve", "--keep-"], {"--keep-days", "--keep-bytes"}),
    (["serve", "--help", "d"], {"disk"}),
    (["completion", ""], {"bash", "zsh", "fish"}),
    (["record", "--chunk-seconds", "1"], set()),
]


def completion_in_bash():
    script = """
        source <(lathe completion bash)
        complete -p lathe
        COMP_WORDS=(lathe "$@"); COMP_CWORD=$#; _lathe; printf '%s\\n' "${COMPREPLY[@]}"
        """
    for words, offered in [*COMPLETIONS, (["record", "--media", "=", "au"], {"audio"}),
                           (["record", "--media", "="], {"both", "audio", "video"})]:
        found = subprocess.run(["bash", "--norc", "-c", script, "bash", *words], env=completing(),
                               capture_output=True, text=True, timeout=60)
        expect(not found.stderr, found.stderr)
        lines = found.stdout.splitlines()
        expect("-F _lathe lathe" in lines[0], lines[0])
        missing = offered - set(lines[1:])
        expect(not missing, f"{words}: {missing} missing in {lines[1:]}")
        extra = set(lines[1:]) - offered - {""}
        expect(not extra or words[-1] == "", f"{words}: {extra} too many")


def completion_in_fish():
    for words, offered in COMPLETIONS:
        found = subprocess.run(["fish", "--no-config", "-c", f"lathe completion fish | source; complete -C 'lathe {' '.join(words)}'"],
                               env=completing(), capture_output=True, text=True, timeout=60)
        expect(not found.stderr, found.stderr)
        names = {line.split("\t")[0] for line in found.stdout.splitlines()}
        expect(offered <= names, f"{words}: {offered - names} missing in {sorted(names)}")


def completion_in_zsh():
    """Zsh completes in a terminal only, so it gets one."""
    shell, terminal = pty.fork()
    if shell == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"], completing())
    try:
        type_and_expect(terminal, "PS1='> '; autoload -U compinit; compinit -u -D; source <(lathe completion zsh); "
                                  "echo re''ady\n", "ready")
        for typed, shown in [("lathe record --isAudio\t", "--isAudioOnly"), ("lathe serve --durability=po\t", "power"),
                             ("lathe comp\t", "completion"), ("lathe completion fi\t", "fish")]:
            type_and_expect(terminal, typed, shown)
            type_and_expect(terminal, "\x15", "")
    finally:
        os.close(terminal)
        os.waitpid(shell, 0)


def type_and_expect(terminal, text, shown):
    os.write(terminal, text.encode())
    seen, deadline = "", time.time() + 20
    while time.time() < deadline:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        if ready:
            seen += os.read(terminal, 4096).decode(errors="replace")
        elif shown in seen:
            return
    expect(False, f"typed {text!r}, and {shown} was not in {seen!r}")


def record_takes_legacy_flags():
    """Flags of either kind may be mixed; what means nothing is said, and what cannot be is refused."""
    with server() as one:
        run = lathe("record", "--server", one.url, "--channel", "room", "--idle", "3", "--isAudioOnly", "1",
                    "--streamType", "1", "--appliteDir", "bin", "--recordFileRootDir", "elsewhere")
        expect("--appliteDir means nothing here" in run.stderr, run.stderr)
        expect("--record-root means nothing with --server" in run.stderr, run.stderr)
        recording = get_json(f"{one.url}/v1/recordings")["recordings"][0]
        expect(recording["idleSeconds"] == 3 and recording["streamType"] == 1, f"{recording}")
    for words, sentence in [
        (["--isMixingEnabled", "1"], "--isMixingEnabled 1: Lathe makes no composite; leave it out"),
        (["--isAudioOnly", "1", "--media", "video"], "--media and a legacy flag that means the same exclude each other"),
        (["--isAudioOnly", "yes"], "--isAudioOnly wants a whole number, not 'yes'"),
        (["--except-audio", "1", "--subscribe-audio", "2"], "--except-audio and --subscribe-audio exclude each other"),
        (["--cfgFilePath", "/nowhere.json"], "--cfgFilePath /nowhere.json: the file cannot be read"),
    ]:
        run = lathe("record", "--channel", "room", *words, check=False)
        expect(run.returncode == 2 and sentence in run.stderr, f"{words}: {run.returncode} {run.stderr}")
    missing = lathe("record", check=False)
    expect(missing.returncode == 2 and "--channel is missing" in missing.stderr, missing.stderr)


TESTS = [
    help_fits_a_screen,
    completion_in_bash,
    completion_in_fish,
    completion_in_zsh,
    record_takes_legacy_flags,
]
