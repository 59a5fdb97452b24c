// Memory for each idle session: a node in this process, its neighbours in a child, so that only the node is counted.
//
//     idle_sessions [SESSIONS] [json | gnutella | compressed]

#include <gnutella/gnutella.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

namespace {

void allow_many_descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t resident_bytes() {
    std::size_t total = 0;
    std::size_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

enum class Kind { json, gnutella, compressed };

void say(int neighbour, const std::string& bytes) {
    if (send(neighbour, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        std::perror("neighbour");
        _exit(1);
    }
}

void hear_block(int neighbour) {
    std::string answer;
    char letter = 0;
    while (!answer.ends_with("\r\n\r\n")) {
        if (read(neighbour, &letter, 1) != 1) {
            std::cerr << "neighbour: the handshake ended with " << answer << '\n';
            _exit(1);
        }
        answer += letter;
    }
}

std::string deflated(std::string bytes) {
    z_stream stream{};
    deflateInit(&stream, Z_DEFAULT_COMPRESSION);
    std::string out(1024, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_SYNC_FLUSH);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

void greet_in_json(int neighbour) {
    say(neighbour, R"({"type":"PING","host":"127.0.0.1","port":1,"id":")" + gnutella::Guid::random().to_string() +
                       R"(","v":1,"agent":"idle","peer":")" + gnutella::Guid::random().to_string() + "\"}\n");
}

// A handshake, and a Ping that is answered, so that what comes and goes has been used once.
void greet_in_gnutella(int neighbour, Kind kind) {
    const bool compressed = kind == Kind::compressed;
    say(neighbour, std::string("GNUTELLA CONNECT/0.6\r\nUser-Agent: idle\r\nX-Ultrapeer: True\r\nGGEP: 0.5\r\n"
                               "X-Query-Routing: 0.2\r\nX-Ultrapeer-Query-Routing: 0.1\r\nPong-Caching: 0.1\r\n") +
                       (compressed ? "Accept-Encoding: deflate\r\n\r\n" : "\r\n"));
    hear_block(neighbour);
    say(neighbour,
        std::string("GNUTELLA/0.6 200 OK\r\n") + (compressed ? "Content-Encoding: deflate\r\n\r\n" : "\r\n"));
    const gnutella::Guid id = gnutella::Guid::random();
    const std::string ping =
        std::string(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()) + std::string("\0\1\0\0\0\0\0", 7);
    say(neighbour, compressed ? deflated(ping) : ping);
}

// The neighbours: each connects, greets, and then says nothing. They stay until their input ends.
[[noreturn]] void be_the_neighbours(int sessions, Kind kind, int port_pipe) {
    std::uint16_t port = 0;
    if (read(port_pipe, &port, sizeof port) != sizeof port) {
        _exit(1);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int made = 0; made < sessions; ++made) {
        const int neighbour = socket(AF_INET, SOCK_STREAM, 0);
        if (neighbour < 0 || connect(neighbour, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
            std::perror("neighbour");
            _exit(1);
        }
        if (kind == Kind::json) {
            greet_in_json(neighbour);
        } else {
            greet_in_gnutella(neighbour, kind);
        }
    }
    char ignored = 0;
    while (read(port_pipe, &ignored, 1) > 0) {
    }
    _exit(0);
}

}  // namespace

int main(int argc, char* argv[]) {
    const int sessions = argc > 1 ? std::atoi(argv[1]) : 5'000;
    const std::string_view name = argc > 2 ? argv[2] : "json";
    const Kind kind = name == "json" ? Kind::json : name == "gnutella" ? Kind::gnutella : Kind::compressed;
    allow_many_descriptors();
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) {
        return 1;
    }
    const pid_t neighbours = fork();
    if (neighbours == 0) {
        close(pipe_ends[1]);
        be_the_neighbours(sessions, kind, pipe_ends[0]);
    }
    close(pipe_ends[0]);

    boost::asio::io_context context(1);
    gnutella::Settings settings;
    settings.port = 0;
    settings.address = "127.0.0.1";
    settings.first_bytes_timeout = std::chrono::minutes(5);
    settings.ping_interval = std::chrono::minutes(30);
    settings.max_ultrapeers = settings.max_leaves = settings.max_sessions = static_cast<std::size_t>(sessions);
    gnutella::Peer peer(context.get_executor(), settings);
    std::size_t before = 0;
    int open = 0;
    const auto subscription = peer.subscribe([&](const gnutella::Event& event) {
        open += std::holds_alternative<gnutella::SessionOpened>(event) ? 1 : 0;
        if (open == sessions) {
            context.stop();
        }
    });
    peer.async_start([&](gnutella::error_code error) {
        const std::uint16_t port = peer.local_endpoint().port;
        before = resident_bytes();
        if (error || write(pipe_ends[1], &port, sizeof port) != sizeof port) {
            context.stop();
        }
    });
    context.run();
    const std::size_t after = resident_bytes();
    close(pipe_ends[1]);
    waitpid(neighbours, nullptr, 0);
    if (open != sessions) {
        std::cerr << "idle_sessions: only " << open << " of " << sessions << " sessions opened\n";
        return 1;
    }
    const double each = static_cast<double>(after - before) / sessions;
    std::printf("%d idle sessions (%s), %.1f KiB of resident memory each\n", sessions, std::string(name).c_str(),
                each / 1024);
    return each < (kind == Kind::compressed ? 96 : 16) * 1024 ? 0 : 1;
}
