// Measures how many queries a second a peer passes from one neighbour to another.
//
//   relay_driver PORT COUNT WINDOW
//
// Opens two sessions with the peer on 127.0.0.1:PORT, sends COUNT queries with distinct ids on the first, never more
// than WINDOW of them under way, and waits for all on the second. Prints the seconds that took. A peer that reads each
// `recv` as one object needs WINDOW 1. Plain sockets and one thread, so that the driver is quicker than what it drives.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

/// Counts how often a text occurs in a stream that comes in pieces.
class Occurrences {
  public:
    explicit Occurrences(std::string_view text) : text_(text) {}

    void add(std::string_view piece) {
        // What may be the beginning of an occurrence is looked at again together with what follows.
        pending_.append(piece);
        std::string_view rest = pending_;
        for (std::size_t at = rest.find(text_); at != std::string_view::npos; at = rest.find(text_)) {
            ++count_;
            rest.remove_prefix(at + text_.size());
        }
        const std::size_t kept = std::min(rest.size(), text_.size() - 1);
        pending_.erase(0, pending_.size() - kept);
    }

    std::uint64_t count() const { return count_; }

  private:
    std::string_view text_;
    std::string pending_;
    std::uint64_t count_ = 0;
};

class Connection {
  public:
    explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            fail("connect");
        }
        const int on = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::fcntl(socket_, F_SETFL, O_NONBLOCK);
    }
    ~Connection() { ::close(socket_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// How much of it went; 0 when there is no room.
    std::size_t write(std::string_view bytes) {
        const ssize_t written = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (written < 0 && errno != EAGAIN) {
            fail("send");
        }
        return written < 0 ? 0 : static_cast<std::size_t>(written);
    }

    /// What has come, valid until the next call; empty when there is nothing yet.
    std::string_view read() {
        const ssize_t length = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
        if (length == 0) {
            throw std::runtime_error("the peer closed the connection");
        }
        if (length < 0 && errno != EAGAIN) {
            fail("recv");
        }
        return {buffer_.data(), length < 0 ? 0 : static_cast<std::size_t>(length)};
    }

    pollfd waits_for(short events) const { return {socket_, events, 0}; }

  private:
    int socket_;
    std::vector<char> buffer_ = std::vector<char>(256 * 1024);
};

constexpr int patience = 10'000;  // milliseconds without a sign of life

void wait(std::array<pollfd, 2>& events) {
    const int ready = ::poll(events.data(), events.size(), patience);
    if (ready < 0) {
        fail("poll");
    }
    if (ready == 0) {
        throw std::runtime_error("nothing came any more: queries were lost");
    }
}

/// PING and PONG. With `v` and `peer`, as one of our own nodes: to a legacy peer ours would write slowly.
void open_session(Connection& connection, int number) {
    const std::string identity = "6ba7b810-9dad-41d1-80b4-00c04fd430c" + std::to_string(number);
    connection.write(R"({"type":"PING","host":"127.0.0.1","port":9,"id":"00000000-0000-4000-8000-00000000000)" +
                     std::to_string(number) + R"(","agent":"relay_driver","peer":")" + identity + R"(","v":1})" + "\n");
    Occurrences pongs(R"("PONG")");
    while (pongs.count() == 0) {
        std::array events{connection.waits_for(POLLIN), pollfd{-1, 0, 0}};
        wait(events);
        pongs.add(connection.read());
    }
}

/// Queries that differ in the last digits of their ids, written as our own nodes write them.
class Queries {
  public:
    /// Appends query number `number`.
    void append(std::uint64_t number, std::string& bytes) {
        std::array<char, digits> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), number);
        const auto length = static_cast<std::size_t>(end.ptr - text.data());
        std::memcpy(query_.data() + id_end_ - length, text.data(), length);
        bytes += query_;
    }

  private:
    static constexpr std::size_t digits = 12;
    std::string query_ =
        R"({"type":"QUERY","host":"127.0.0.1","port":40000,"id":"4f1c2a3b-5d6e-4f70-8a9b-000000000000",)"
        R"("file":"moonlight sonata","ttl":7,"hops":0,"reply":"routed"})"
        "\n";
    std::size_t id_end_ = query_.find("000000000000") + digits;
};

double seconds_to_relay(std::uint16_t port, std::uint64_t count, std::uint64_t window) {
    Connection in(port);
    Connection out(port);
    open_session(in, 1);
    open_session(out, 2);

    constexpr std::uint64_t most_at_once = 512;
    Queries queries;
    Occurrences arrived(R"("QUERY")");  // not "QUERY-HIT"
    std::string unsent;
    std::uint64_t sent = 0;
    const auto begin = std::chrono::steady_clock::now();
    while (arrived.count() < count) {
        if (unsent.empty()) {
            const std::uint64_t room = std::min({window - (sent - arrived.count()), count - sent, most_at_once});
            for (std::uint64_t i = 0; i < room; ++i) {
                queries.append(sent++, unsent);
            }
        }
        if (!unsent.empty()) {
            unsent.erase(0, in.write(unsent));
        }
        const bool more_to_send = !unsent.empty() || (sent < count && sent - arrived.count() < window);
        std::array events{in.waits_for(static_cast<short>(more_to_send ? POLLIN | POLLOUT : POLLIN)),
                          out.waits_for(POLLIN)};
        wait(events);
        if ((events[0].revents & POLLIN) != 0) {
            in.read();  // a QUERY-HIT that says no
        }
        if ((events[1].revents & POLLIN) != 0) {
            arrived.add(out.read());
        }
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::uint64_t number(std::string_view text) {
    std::uint64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ptr != text.data() + text.size() || value == 0) {
        throw std::invalid_argument("not a number: " + std::string(text));
    }
    return value;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 4) {
            throw std::invalid_argument("usage: relay_driver PORT COUNT WINDOW");
        }
        std::printf("%.6f\n",
                    seconds_to_relay(static_cast<std::uint16_t>(number(argv[1])), number(argv[2]), number(argv[3])));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "relay_driver: %s\n", error.what());
        return 1;
    }
}
