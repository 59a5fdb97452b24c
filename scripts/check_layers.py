#!/usr/bin/env python3
"""Checks that every include points the way docs/architecture.md says: downwards, and never from a room that decides
to one that does I/O.

    scripts/check_layers.py               checks the tree that the script stands in
    scripts/check_layers.py --self-test   breaks each rule once in a scratch tree and sees it reported

Prints a line for each breach, as FILE:LINE: MESSAGE, and exits 1 if there is one.
"""

import re
import sys
import tempfile
from collections import namedtuple
from os.path import normpath
from pathlib import Path

PUBLIC = "libgnutella/include"
SOURCES = "libgnutella/src"
SUFFIXES = {".hpp", ".cpp", ".in"}

# Which rooms each room of libgnutella/src may include. All may include the public headers, as far as the rest allows.
# "base" is what lies directly in src; of that, the files named in FACE are the public face, over everything.
MAY_INCLUDE = {
    "base": {"base"},
    "wire": {"base", "wire"},
    "overlay": {"base", "wire", "overlay"},
    "transfer": {"base", "wire", "transfer"},
    "share": {"base", "wire", "share"},
    "store": {"base", "wire", "store"},
    "net": {"base", "wire", "overlay", "transfer", "share", "store", "net"},
    "face": {"base", "wire", "overlay", "transfer", "share", "store", "net", "face"},
}
FACE = re.compile(r"(peer|session|query|download)(_\w+)?")

# Headers that a room may not reach. With follow, not even through other headers of the project.
Ban = namedtuple("Ban", "rooms headers follow why")
BANS = [
    Ban({"wire", "overlay"}, r"boost/(asio|beast)\b.*", True, "is pure: it does no I/O"),
    Ban({"wire", "overlay"},
        r"sys/(socket|select|epoll|stat|file|mman|uio)\.h|netinet/.*|arpa/.*|netdb\.h|unistd\.h|fcntl\.h|poll\.h|"
        r"[io]?fstream|iostream|cstdio|stdio\.h|sqlite3\.h", True, "is pure: it does no I/O"),
    Ban({"wire", "overlay"}, r"filesystem", False, "is pure: it does no I/O"),
    Ban({"wire", "overlay"}, r"thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token|"
        r"pthread\.h|boost/thread\b.*", True, "is pure: it starts no thread and waits for none"),
    Ban({"wire", "overlay"}, r"random|sys/random\.h|boost/random\b.*|boost/uuid/random.*", True,
        "is pure: it draws no random number"),
    Ban({"transfer"},
        r"thread|pthread\.h|boost/thread\b.*|random|sys/random\.h|boost/random\b.*|boost/uuid/random.*", False,
        "starts no thread and draws no random number: net does"),
    Ban({"base"}, r"boost/(asio|beast)\.hpp|boost/asio/(ip|local|generic)/.*", False, "opens no socket: only net does"),
    Ban({"share", "store"}, r"boost/(asio|beast)\b.*", True, "knows no executor: net calls it on its disk threads"),
    Ban({"transfer"}, r"boost/asio\.hpp|boost/asio/(ip|local|generic)/.*|boost/asio/(connect|.*_timer)\.hpp", False,
        "works over any stream: net opens the sockets"),
    Ban({"base", "transfer", "share", "store"}, r"sys/(socket|select|epoll)\.h|netinet/.*|arpa/.*|netdb\.h", False,
        "opens no socket: only net does"),
    Ban({"base", "transfer", "store"}, r"poll\.h", False, "waits for no descriptor"),
    Ban({"public"}, r"boost/(json|program_options|beast)\b.*|(?!boost/|gnutella/)(?:.*/.*|.*\.h(?:pp)?)", False,
        "asks its users for Boost.Asio's headers and the standard library alone"),
    Ban({"outside"}, r"gnutella/detail/.*", False, "uses what every user may: the public headers"),
]

# What a room may not write.
Word = namedtuple("Word", "rooms pattern why")
WORDS = [
    Word({"wire", "overlay", "transfer"},
         r"\w+::now\b|\bclock_gettime\b|\bgettimeofday\b|\btime\s*\((?=\s*(nullptr|NULL|0|&))",
         "is pure: the time comes in as an argument"),
    Word({"wire", "overlay", "transfer"},
         r"\brandom_device\b|\bgetrandom\b|\bmt19937\w*|\bGuid::random\b|\bs?rand\s*\(|\bgnutls_rnd\b",
         "is pure: it draws no random number"),
    Word({"wire", "overlay"}, r"\bsleep_for\b|\bsleep_until\b|\bstd::j?thread\b|\bstd::async\b",
         "is pure: it starts no thread and waits for none"),
]

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
# Comments and literals, to be blanked; group 1 keeps the names of quoted includes.
NOISE = re.compile(r'(^[ \t]*#[ \t]*include[^\n]*)|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'',
                   re.MULTILINE | re.DOTALL)


def blank(match):
    return match.group(1) or re.sub(r"[^\n]", " ", match.group(0))


def line_of(text, position):
    return text.count("\n", 0, position) + 1


class Tree:
    def __init__(self, root):
        self.root = root
        self.texts = {}

    def files(self):
        for top in (PUBLIC, SOURCES, "apps", "examples"):
            for path in sorted((self.root / top).rglob("*")):
                if path.suffix in SUFFIXES and path.is_file():
                    yield path.relative_to(self.root)

    def text(self, path):
        if path not in self.texts:
            self.texts[path] = NOISE.sub(blank, (self.root / path).read_text(encoding="utf-8"))
        return self.texts[path]

    def includes(self, path):
        """Each include of a file: its line, its name as written, and the project's file it means, if it is one."""
        text = self.text(path)
        for match in INCLUDE.finditer(text):
            name = match.group(2)
            places = [Path(SOURCES) / name]
            if match.group(1) == "<":
                places = [Path(PUBLIC) / name] + places
            else:
                places = [path.parent / name] + places
            places = [Path(normpath(place)) for place in places]
            found = next((place for place in places if (self.root / place).is_file()), None)
            yield line_of(text, match.start()), name, found

    def reaches(self, path, banned, seen):
        """The way from a file to a banned header, as a list of names; empty if there is none."""
        seen.add(path)
        for _, name, found in self.includes(path):
            if banned.fullmatch(name):
                return [name]
            if found and found not in seen:
                way = self.reaches(found, banned, seen)
                if way:
                    return [name, *way]
        return []


def room_of(path):
    parts = path.parts
    if path.is_relative_to(PUBLIC):
        return "public"
    if not path.is_relative_to(SOURCES):
        return "outside"
    if len(parts) > 3:
        return parts[2]
    return "face" if FACE.fullmatch(path.stem) else "base"


def include_breaches(tree, room, name, found):
    """What is wrong with a room's include: the first of these is said of it."""
    to = room_of(found) if found else None
    if room in MAY_INCLUDE and to == "outside":
        yield f"the library stands below {name}, and cannot include it"
    if room == "outside" and to not in (None, "public", "outside"):
        yield f"only the library's own sources see its inside, and so {name}"
    if room == "public" and to not in (None, "public"):
        yield f"a public header cannot include {name}, which is not installed"
    if room in MAY_INCLUDE and to in MAY_INCLUDE and to not in MAY_INCLUDE[room]:
        yield f"{room} stands below or beside {to}, and cannot include {name}"
    for ban in BANS:
        if room not in ban.rooms:
            continue
        banned = re.compile(ban.headers)
        if banned.fullmatch(name):
            yield f"{room} {ban.why}, and cannot include {name}"
        elif ban.follow and found:
            way = tree.reaches(found, banned, set())
            if way:
                yield f"{room} {ban.why}, but {' includes '.join([name, *way])}"


def file_breaches(tree, path):
    room = room_of(path)
    if room not in MAY_INCLUDE and room not in ("public", "outside"):
        yield 1, f"{room}/ is no room of libgnutella/src: give it its place in scripts/check_layers.py"
        return
    for line, name, found in tree.includes(path):
        breach = next(include_breaches(tree, room, name, found), None)
        if breach:
            yield line, breach
    text = tree.text(path)
    for word in WORDS:
        if room in word.rooms:
            for match in re.finditer(word.pattern, text):
                yield line_of(text, match.start()), f"{room} {word.why}, and cannot use {match.group(0)}"


def check(root):
    tree = Tree(root)
    return [f"{path}:{line}: {message}" for path in tree.files() for line, message in file_breaches(tree, path)]


# --- the self-test ---------------------------------------------------------------------------------------------------

# A tree in which all is well, for the breaches to be added to.
SOUND = {
    f"{PUBLIC}/gnutella/guid.hpp": "#include <array>\n",
    f"{PUBLIC}/gnutella/peer.hpp": "#include <gnutella/guid.hpp>\n#include <boost/asio/any_io_executor.hpp>\n",
    f"{SOURCES}/guid.cpp": "#include <gnutella/guid.hpp>\n#include <sys/random.h>\n",
    f"{SOURCES}/peer.cpp": '#include <gnutella/peer.hpp>\n#include "net/listener.hpp"\n',
    f"{SOURCES}/wire/message.hpp": "#include <gnutella/guid.hpp>\n// never steady_clock::now()\n",
    f"{SOURCES}/overlay/router.hpp": '#include "wire/message.hpp"\nauto s = "std::thread";\n',
    f"{SOURCES}/share/index.hpp": '#include "wire/message.hpp"\n#include <mutex>\n',
    f"{SOURCES}/transfer/exchange.hpp": "#include <boost/beast/http.hpp>\n#include <boost/asio/awaitable.hpp>\n",
    f"{SOURCES}/store/database.cpp": "#include <sqlite3.h>\n",
    f"{SOURCES}/net/listener.hpp": '#include "overlay/router.hpp"\n#include <boost/asio/ip/tcp.hpp>\n',
    "apps/gnut/main.cpp": '#include "prompt.hpp"\n#include <gnutella/peer.hpp>\n#include <histedit.h>\n',
    "apps/gnut/prompt.hpp": "#include <string>\n",
    "examples/page.cpp": "#include <gnutella/peer.hpp>\n",
}

# One breach each: the file, what is added to it, and what the complaint must say.
BREACHES = [
    (f"{SOURCES}/wire/a.hpp", '#include "overlay/router.hpp"', "stands below or beside overlay"),
    (f"{SOURCES}/overlay/a.hpp", '#include "share/index.hpp"', "stands below or beside share"),
    (f"{SOURCES}/share/a.hpp", '#include "../overlay/router.hpp"', "stands below or beside overlay"),
    (f"{SOURCES}/store/a.hpp", '#include "share/index.hpp"', "stands below or beside share"),
    (f"{SOURCES}/transfer/a.hpp", '#include "net/listener.hpp"', "stands below or beside net"),
    (f"{SOURCES}/net/a.hpp", '#include "peer_state.hpp"', "stands below or beside face"),
    (f"{SOURCES}/error.cpp", '#include "wire/message.hpp"', "stands below or beside wire"),
    (f"{SOURCES}/attic/a.hpp", "", "is no room"),
    (f"{SOURCES}/wire/a.hpp", "#  include <boost/asio/buffer.hpp>", "does no I/O"),
    (f"{SOURCES}/overlay/a.cpp", "#include <gnutella/peer.hpp>", "peer.hpp includes boost/asio/any_io_executor"),
    (f"{SOURCES}/overlay/a.cpp", "#include <thread>", "starts no thread"),
    (f"{SOURCES}/wire/a.cpp", "#include <mutex>", "starts no thread"),
    (f"{SOURCES}/wire/a.cpp", "#include <fstream>", "does no I/O"),
    (f"{SOURCES}/overlay/a.cpp", "#include <sys/socket.h>", "does no I/O"),
    (f"{SOURCES}/overlay/a.cpp", "#include <random>", "draws no random number"),
    (f"{SOURCES}/overlay/a.cpp", "auto t = std::chrono::steady_clock::now();", "cannot use steady_clock::now"),
    (f"{SOURCES}/wire/a.cpp", "auto t = std::chrono::system_clock::now();", "cannot use system_clock::now"),
    (f"{SOURCES}/wire/a.cpp", "std::random_device device;", "cannot use random_device"),
    (f"{SOURCES}/overlay/a.cpp", "getrandom(p, 16, 0);", "cannot use getrandom"),
    (f"{SOURCES}/overlay/a.cpp", "auto id = Guid::random();", "cannot use Guid::random"),
    (f"{SOURCES}/overlay/a.cpp", "std::this_thread::sleep_for(1s);", "cannot use sleep_for"),
    (f"{SOURCES}/wire/a.cpp", "auto t = time(nullptr);", "cannot use time"),
    (f"{SOURCES}/wire/a.cpp", "auto t = Clock::now();", "cannot use Clock::now"),
    (f"{SOURCES}/transfer/a.cpp", "auto t = std::chrono::steady_clock::now();", "cannot use steady_clock::now"),
    (f"{SOURCES}/transfer/a.cpp", "auto n = rand();", "cannot use rand"),
    (f"{SOURCES}/transfer/a.cpp", "#include <random>", "draws no random number"),
    (f"{SOURCES}/transfer/a.cpp", "#include <thread>", "starts no thread"),
    (f"{SOURCES}/transfer/a.cpp", "#include <boost/asio/steady_timer.hpp>", "net opens the sockets"),
    (f"{SOURCES}/transfer/a.cpp", "#include <poll.h>", "waits for no descriptor"),
    (f"{SOURCES}/overlay/a.cpp", "#include <sqlite3.h>", "does no I/O"),
    (f"{SOURCES}/overlay/a.cpp", "#include <filesystem>", "does no I/O"),
    (f"{SOURCES}/overlay/a.cpp", "#include <pthread.h>", "starts no thread"),
    (f"{SOURCES}/overlay/a.cpp", "#include <boost/random.hpp>", "draws no random number"),
    (f"{SOURCES}/id.cpp", "#include <boost/asio/ip/tcp.hpp>", "opens no socket"),
    (f"{SOURCES}/net/a.hpp", '#include "../../../apps/gnut/prompt.hpp"', "the library stands below"),
    (f"{SOURCES}/share/a.cpp", "#include <boost/asio/post.hpp>", "knows no executor"),
    (f"{SOURCES}/store/a.cpp", "#include <gnutella/peer.hpp>", "knows no executor"),
    (f"{SOURCES}/transfer/a.cpp", "#include <boost/asio/ip/tcp.hpp>", "net opens the sockets"),
    (f"{SOURCES}/store/a.cpp", "#include <sys/socket.h>", "opens no socket"),
    (f"{PUBLIC}/gnutella/a.hpp", '#include "wire/message.hpp"', "is not installed"),
    (f"{PUBLIC}/gnutella/a.hpp", "#include <boost/json/value.hpp>", "asks its users for"),
    (f"{PUBLIC}/gnutella/a.hpp", "#include <sqlite3.h>", "asks its users for"),
    ("apps/gnut/a.cpp", '#include "wire/message.hpp"', "only the library's own sources"),
    ("examples/a.cpp", '#include "../libgnutella/src/overlay/router.hpp"', "only the library's own sources"),
    ("examples/a.cpp", "#include <gnutella/detail/completion.hpp>", "uses what every user may"),
]


def complaints_about(files):
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text + "\n", encoding="utf-8")
        return check(root)


def self_test():
    failures = [f"a sound tree is blamed: {complaint}" for complaint in complaints_about(SOUND)]
    for name, text, expected in BREACHES:
        files = {**SOUND, f"{SOURCES}/peer_state.hpp": "", name: text}
        complaints = complaints_about(files)
        if len(complaints) != 1 or not complaints[0].startswith(f"{name}:1: ") or expected not in complaints[0]:
            failures.append(f"{name} with {text!r} should be told '{expected}' and is told {complaints}")
    # Each rule is broken by one breach at least: without the rule, that breach would go unseen above.
    for rules in (BANS, WORDS):
        for rule in list(rules):
            rules.remove(rule)
            if all(complaints_about({**SOUND, name: text}) for name, text, _ in BREACHES):
                failures.append(f"no breach tests the rule {rule}")
            rules.append(rule)
    return failures


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--self-test"]):
        sys.exit(__doc__)
    problems = self_test() if sys.argv[1:] else check(Path(__file__).resolve().parent.parent)
    print(*problems, sep="\n", end="\n" if problems else "")
    sys.exit(1 if problems else 0)
