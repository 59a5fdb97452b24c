"""A network of real programs on loopback: gnut's nodes and the seed's peers, started, joined and stopped for a test."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

import gnut_output
from gnutella_servent import Servent
from process import DEADLINE, NotInTime, Process, wait_until
from raw_session import RawSession
from terminal_process import TerminalProcess

HERE = pathlib.Path(__file__).resolve().parent
HOST = "127.0.0.1"


def gnut_path():
    path = os.environ.get("GNUT")
    if not path:
        raise RuntimeError("set GNUT to the path of the gnut program, such as build/release/apps/gnut/gnut")
    return str(pathlib.Path(path).resolve())


def example_path(name):
    folder = os.environ.get("GNUTELLA_EXAMPLES")
    if not folder:
        raise RuntimeError("set GNUTELLA_EXAMPLES to the folder of the examples, such as build/release/examples")
    return str(pathlib.Path(folder, name).resolve())


def write_files(folder, files):
    """`files` maps names to contents."""
    for name, content in files.items():
        (folder / name).write_bytes(content)


class Node:
    """A program of the network that listens on a port."""

    def __init__(self, process, folder, port):
        self.process = process
        self.folder = folder
        self.port = port
        self.name = process.name
        self.address = "{}:{}".format(HOST, port)

    def wait_for(self, pattern, after=0, deadline=DEADLINE):
        return self.process.wait_for(pattern, after, deadline)

    def mark(self):
        return self.process.mark()

    def output(self, after=0):
        return self.process.output.text(after)

    def running(self):
        return self.process.running()


class Seed(Node):
    """seed_peer.py, which has the seed's habits."""

    def ask(self, file):
        """Ctrl+Z and a file name. Gives the mark from which the answer can be waited for."""
        mark = self.mark()
        self.process.signal(signal.SIGTSTP)
        self.wait_for(r"Filename: ", mark)
        self.process.write_line(file)
        return mark

    def wait_for_content(self, content, after, deadline=DEADLINE):
        return self.wait_for(r"Content of requested file:\n" + re.escape(content) + r"\n", after, deadline)

    def wait_for_timeout(self, after):
        return self.wait_for(r"TIMEOUT! It seems that the file does not exist", after)

    def fetches(self, file, content):
        self.wait_for_content(content, self.ask(file))

    def broken_reads(self):
        """How often two messages came as one, or one as two: what the seed cannot read."""
        return self.output().count("Cannot read a message")


class Gnut(Node):
    """`gnut peer`, with its standard input as a pipe for commands."""

    def __init__(self, process, folder, port, downloads):
        super().__init__(process, folder, port)
        self.downloads = downloads

    def command(self, line):
        """Gives the mark from which what it prints can be waited for."""
        mark = self.mark()
        self.process.write_line(line)
        return mark

    def counter(self, name):
        """The value of one counter, by the command `stats`, which leaves out those that are zero."""
        statistics = self.wait_for(gnut_output.STATISTICS, self.command("stats")).group(0)
        found = re.search(r"^{} (\d+)$".format(name), statistics, re.MULTILINE)
        return int(found.group(1)) if found else 0

    def wait_for_counter(self, name, least, deadline=DEADLINE):
        return wait_until(lambda: self.counter(name) >= least, "{}: {} of at least {}".format(self.name, name, least),
                          deadline)

    def fetches(self, file, content):
        """`get` at its prompt; the file must come, with this content."""
        self.command("get " + file)
        if self.wait_for_file(file) != content.encode("utf-8"):
            raise AssertionError("{} has fetched {} with another content".format(self.name, file))

    def wait_for_file(self, file):
        """The content of a file that is being fetched, when it is there under its own name."""
        path = self.downloads / file
        wait_until(path.exists, "{} has fetched {}".format(self.name, file))
        return path.read_bytes()


class Run:
    """What a gnut command left when it ended."""

    def __init__(self, arguments, code, output, errors):
        self.arguments = arguments
        self.code = code
        self.raw_output = output
        self.output = output.decode("utf-8", errors="replace")
        self.errors = errors.decode("utf-8", errors="replace")

    def __str__(self):
        return "gnut {} ended with {}\n--- output\n{}\n--- errors\n{}".format(
            " ".join(self.arguments), self.code, self.output[:4000], self.errors[:4000])


class Network:
    """Use as a context: what it started is stopped at the end, and a failure tells what every program had printed. gnut
    must end well: Ctrl+C ends each of its nodes with exit code 0."""

    def __init__(self):
        self._folder = None
        self._nodes = []
        self._servents = []
        self._processes = []
        self._names = {}
        self._last_neighbours = {}
        self._cleanup = contextlib.ExitStack()

    def __enter__(self):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="gnutella-"))
        return self

    def __exit__(self, kind, problem, traceback):
        try:
            if problem is None:
                self._interrupt_all()
        except AssertionError as failure:
            failure.add_note(self.transcript())
            raise
        finally:
            if problem is not None:
                problem.add_note(self.transcript())
            self._cleanup.close()
            for process in self._processes:
                process.kill()
            shutil.rmtree(self._folder, ignore_errors=True)
        return False

    def transcript(self):
        return "\n".join(
            ["===== {} (pid {})\n{}".format(process.name, process.pid, process.output.text()[-6000:])
             for process in self._processes]
            + ["===== servent {}\n{}".format(servent.address, servent.transcript()) for servent in self._servents])

    def closing(self, resource):
        """`resource.close()` is called at the end."""
        self._cleanup.callback(resource.close)
        return resource

    def new_folder(self, name):
        folder = self._folder / self._unique(name)
        folder.mkdir()
        return folder

    # ---- nodes ----

    def seed(self, files=None, neighbour=None, options=()):
        """Starts a seed peer and waits until it listens, and until its neighbour has answered."""
        node = self.start_seed(files, neighbour, options)
        if neighbour is not None:
            node.wait_for(r"PONG received, connection established")
        return node

    def start_seed(self, files=None, neighbour=None, options=(), port=0):
        """The same, without waiting for the neighbour."""
        folder = self.new_folder("seed")
        write_files(folder, files or {})
        command = [sys.executable, str(HERE / "seed_peer.py"), str(port)]
        if neighbour is not None:
            command.append(neighbour.address)
        process = self._start(folder.name, [*command, "--host", HOST, *options], dict(os.environ))
        process.write_line(str(folder))
        node = Seed(process, folder, int(process.wait_for(r"listening on \S+:(\d+)").group(1)))
        self._nodes.append(node)
        return node

    def gnut(self, files=None, neighbours=(), options=()):
        """Starts `gnut peer` and waits until it listens, has read its folder, and has a session with each neighbour."""
        node = self.start_gnut(files, neighbours, options)
        wait_until(lambda: len(re.findall(gnut_output.SESSION_OPENED, node.output(), re.MULTILINE)) >= len(neighbours),
                   "{} has a session with each neighbour".format(node.name))
        return node

    def start_gnut(self, files=None, neighbours=(), options=()):
        """The same, without waiting for the neighbours."""
        folder = self.new_folder("gnut")
        write_files(folder, files or {})
        downloads = self.new_folder("downloads")
        command = [gnut_path(), "peer", "0", *(neighbour.address for neighbour in neighbours), "--share", str(folder),
                   "--downloads", str(downloads), *options]
        process = self._start(folder.name, command, self.environment())
        port = int(process.wait_for(gnut_output.LISTENING).group(2))
        process.wait_for(gnut_output.SHARING)
        node = Gnut(process, folder, port, downloads)
        self._nodes.append(node)
        return node

    def servent(self, files=None, **habits):
        """Starts a Gnutella servent that is not ours: see gnutella_servent.Servent."""
        return self.with_servent(Servent(files, **habits))

    def with_servent(self, servent):
        """The same, with one that the test has made."""
        self._servents.append(self.closing(servent))
        return servent

    def row(self, kinds, files=None):
        """A row of nodes, "S" for the seed's and "G" for ours, each joined to the one before it. `files` maps a
        position to what that node shares."""
        nodes = []
        for position, kind in enumerate(kinds):
            own = (files or {}).get(position)
            before = nodes[-1] if nodes else None
            if kind == "S":
                nodes.append(self.seed(own, before))
            else:
                nodes.append(self.gnut(own, [before] if before else []))
        return nodes

    def seeds_read_all(self):
        """Waits until no seed has anything to read from another: two messages that it reads as one, it loses. A seed reads
        its neighbours in the order in which they came, so when the last one has its answer, the others were read. In each
        turn, what the seeds have sent gets past at least one of them."""
        seeds = [node for node in self._nodes if isinstance(node, Seed)]
        for seed in len(seeds) * seeds:
            if seed not in self._last_neighbours:
                self._last_neighbours[seed] = self.closing(RawSession.connect(seed))
            self._last_neighbours[seed].ping()

    def closed_address(self):
        """Nobody listens there, and nobody else can have that port before the end."""
        held = self.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        held.bind((HOST, 0))
        return "{}:{}".format(HOST, held.getsockname()[1])

    # ---- commands ----

    def environment(self):
        """Nothing of the person who runs the tests: a home, a configuration and a state of its own."""
        home = self.new_folder("home")
        environment = dict(os.environ, HOME=str(home), LC_ALL="C.UTF-8")
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            environment[name] = str(home / name.lower())
        return environment

    def run(self, *arguments, deadline=60.0, folder=None, environment=None, **how):
        """Runs a gnut command to its end. `environment` is added to its own; `how` is for subprocess.run."""
        how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
        try:
            done = subprocess.run([gnut_path(), *arguments],
                                  env={**self.environment(), **(environment or {})},
                                  cwd=folder or self.new_folder("run"), timeout=deadline, **how)
        except subprocess.TimeoutExpired as late:
            raise NotInTime("gnut {} did not end within {:.0f} s\n{!r}\n{!r}".format(
                " ".join(arguments), deadline, late.stdout, late.stderr)) from None
        return Run(arguments, done.returncode, done.stdout or b"", done.stderr)

    def start(self, *arguments, folder=None):
        """Starts a gnut command that the test ends itself."""
        return self._start(arguments[0], [gnut_path(), *arguments], self.environment(), folder)

    def start_example(self, name, *arguments):
        """Starts a program of examples/."""
        return self._start(name, [example_path(name), *arguments], self.environment())

    def terminal(self, *arguments, kind="xterm", editor=""):
        """Starts a gnut command on a terminal; `editor` is what ~/.editrc says."""
        environment = dict(self.environment(), TERM=kind)
        pathlib.Path(environment["HOME"], ".editrc").write_text(editor)
        process = TerminalProcess(arguments[0] + " on a terminal", [gnut_path(), *arguments], environment,
                                  self.new_folder("run"))
        self._processes.append(process)
        return process

    def shell_on_terminal(self):
        """Starts a shell on a terminal, with job control; `$GNUT` is the program."""
        process = TerminalProcess("shell", ["/bin/bash", "--norc", "--noprofile", "-i"],
                                  dict(self.environment(), TERM="xterm", PS1="$ ", GNUT=gnut_path()),
                                  self.new_folder("run"))
        self._processes.append(process)
        return process

    # ---- inside ----

    def _start(self, name, command, environment, folder=None):
        process = Process(name, command, environment, folder or self._folder)
        self._processes.append(process)
        return process

    def _unique(self, name):
        self._names[name] = self._names.get(name, 0) + 1
        return "{}-{}".format(name, self._names[name])

    def _interrupt_all(self):
        for node in self._nodes:
            if isinstance(node, Gnut) and node.running():
                code = node.process.interrupt()
                if code != 0:
                    raise AssertionError("{} ended with {} at Ctrl+C".format(node.name, code))
