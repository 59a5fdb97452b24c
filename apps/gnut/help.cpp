#include "help.hpp"

namespace gnut {

namespace {

constexpr std::string_view general_text = R"(gnut: search and share files, peer to peer

  gnut peer [PORT] [HOST:PORT]...        be a peer: share, relay, search, fetch
  gnut search WORDS... -p HOST:PORT      list files whose names have these words
  gnut get NAME|URN|MAGNET -p HOST:PORT  fetch a file
  gnut browse HOST:PORT                  list all files that a peer shares
  gnut ping HOST:PORT                    see whether a peer answers
  gnut hash FILE...                      print what files are, by their content
  gnut verify FILE URN                   see whether a file is what a URN names

  gnut COMMAND --help                    the command's options
  gnut --version

Options are also read from $XDG_CONFIG_HOME/gnut/gnut.conf
(~/.config/gnut/gnut.conf).
Exit status: 0 done, 1 nobody has it or answers in time, or a file is not what
it should be, 2 wrong usage, 3 network or disk; Ctrl+C ends all but peer by that
signal.
)";

constexpr std::string_view peer_text = R"(gnut peer [PORT] [HOST:PORT]... [options]

Runs a peer until Ctrl+C: it listens on PORT (8025; 0 takes a free one), joins
the peers that are named and keeps to them, answers and relays searches, and
reads commands: `help` lists them.
Ctrl+Z asks for the name of a file and fetches it.

  --share DIR       offer the files in this folder and below, but for hidden
                    ones and symbolic links; may be repeated
  --downloads DIR   where fetched files go (the current folder)
  --state DIR       where hashes, known peers and the history of commands are
                    kept ($XDG_STATE_HOME/gnut, ~/.local/state/gnut)
  --upload-limit RATE, --download-limit RATE
                    bytes a second that all files together may take: 500k, 2.5M
                    (no limit)
  --transport quic|http|auto
                    how files travel: quic is encrypted and goes over UDP (auto:
                    quic where both have it, else http)
  --dialect json|gnutella|auto
                    which of the two dialects is spoken: gnutella is that of
                    Gnutella 0.6, which other programs speak (auto: both,
                    whichever a peer knows)
  --role ultrapeer|leaf
                    what the peer is among those of Gnutella 0.6: an ultrapeer
                    carries what others ask and answer, a leaf only what it asks
                    and answers itself (ultrapeer)
  --verbose         also show each query that comes by, and the library's log
  -h, --help

Example, in two terminals:
  gnut peer 8025 --share ~/Music
  gnut peer 8027 localhost:8025
)";

constexpr std::string_view search_text = R"(gnut search WORDS... --peer HOST:PORT [options]

Lists each file whose name has all of these words, as the answers come: number,
size, name, who has it, and what it is.

  -p, --peer HOST:PORT   ask this peer, and by it the network; may be repeated
  -t, --timeout S        wait so many seconds for answers (5), and no longer to
                         be connected
      --dialect json|gnutella|auto
                         which dialect is spoken with it (auto: json, else
                         gnutella)
      --json             a JSON object a line: name, size, urn, host, port,
                         dialect, client
  -h, --help

Example: gnut search moonlight sonata --peer localhost:8025
)";

constexpr std::string_view get_text = R"(gnut get NAME|URN|MAGNET --peer HOST:PORT [options]

Fetches a file and checks it by its hash. A file whose name is exactly NAME goes
before others that have its words; where several different files match, it lists
them and asks for one.

  -p, --peer HOST:PORT   ask this peer, and by it the network; may be repeated;
                         not needed for a magnet link that names who has the
                         file
  -o, --output PATH      save it under this name (never over another file), or
                         in this folder; - writes it to standard output, and
                         never goes on from an earlier fetch
      --transport quic|http|auto
                         how it travels (auto: quic where both have it, else
                         http)
      --download-limit RATE
                         take no more bytes a second: 500k, 2.5M
      --dialect json|gnutella|auto
                         which dialect is spoken with the peer (auto: json, else
                         gnutella)
  -t, --timeout S        wait so many seconds for somebody who has it (5), and
                         no longer to be connected; a fetch that has begun takes
                         its time
      --json             at the end a JSON object: path, bytes, seconds, urn,
                         verified, transport, resumed, sources
  -h, --help

Example: gnut get sonata.ogg --peer localhost:8025 -o ~/Music/
)";

constexpr std::string_view ping_text = R"(gnut ping HOST:PORT [options]

Opens a session and says what the peer tells of itself, and how fast it
answered.

  -t, --timeout S   wait no longer than so many seconds
      --dialect json|gnutella|auto
                    which dialect is spoken (auto: json, else gnutella)
      --json        a JSON object: host, port, dialect, role, legacy, agent,
                    files, bytes, round_trip (in seconds)
  -h, --help
)";

constexpr std::string_view browse_text = R"(gnut browse HOST:PORT [options]

Lists all files that a peer shares: number, size, name, who has it, and what it
is. It asks the peer alone, and needs no session.

      --json   a JSON object a line: the fields of `gnut search --json`
  -h, --help
)";

constexpr std::string_view hash_text = R"(gnut hash FILE... [options]

Prints each file's URN (SHA-1 and Tiger tree root) and name. The URN can be
given to `gnut get`.

      --magnet   print a magnet link instead
  -h, --help
)";

constexpr std::string_view verify_text = R"(gnut verify FILE URN

Reads a file and compares it with a URN or magnet link, by every hash that this
has. Exit status 0 when it is that file, 1 when it is another.

  -h, --help

Example: gnut verify sonata.ogg urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB
)";

}  // namespace

std::string general_help() {
    return std::string(general_text);
}

std::string help_for(std::string_view command) {
    if (command == "peer") {
        return std::string(peer_text);
    }
    if (command == "search") {
        return std::string(search_text);
    }
    if (command == "get") {
        return std::string(get_text);
    }
    if (command == "ping") {
        return std::string(ping_text);
    }
    if (command == "browse") {
        return std::string(browse_text);
    }
    if (command == "hash") {
        return std::string(hash_text);
    }
    return std::string(verify_text);
}

}  // namespace gnut
