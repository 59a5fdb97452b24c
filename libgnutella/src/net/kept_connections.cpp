#include "net/kept_connections.hpp"

#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <list>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t max_kept = 8;

// The end of a connection is the only thing that a source may send unasked. In TLS there may be records of its own.
bool has_ended(Channel& channel) {
    std::byte next{};
    const auto count = ::recv(channel.socket().native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN) || (count > 0 && !channel.is_encrypted());
}

}  // namespace

struct KeptConnections::State : std::enable_shared_from_this<State> {
    // Servents behind one another's addresses are told apart by their names.
    struct Entry {
        Endpoint source;
        std::optional<Guid> servent;
        Clock::time_point until;
        Connection connection;
    };

    State(const asio::any_io_executor& strand, std::chrono::milliseconds the_time) : timer(strand), time(the_time) {}

    void close_old() {
        std::erase_if(entries, [now = Clock::now()](const Entry& entry) { return entry.until <= now; });
        if (entries.empty()) {
            return;
        }
        timer.expires_at(entries.front().until);
        timer.async_wait([weak = weak_from_this()](error_code cancelled) {
            const auto self = weak.lock();
            if (self && !cancelled) {
                self->close_old();
            }
        });
    }

    asio::steady_timer timer;
    const std::chrono::milliseconds time;
    std::list<Entry> entries;  // the oldest first
};

KeptConnections::KeptConnections(const asio::any_io_executor& strand, std::chrono::milliseconds time)
    : state_(std::make_shared<State>(strand, time)) {}

KeptConnections::~KeptConnections() = default;

void KeptConnections::keep(const Hit& source, Connection connection) {
    if (state_->entries.size() == max_kept) {
        state_->entries.pop_front();
    }
    state_->entries.push_back({source.source, source.peer, Clock::now() + state_->time, std::move(connection)});
    state_->close_old();
}

std::optional<KeptConnections::Connection> KeptConnections::take(const Hit& source) {
    auto& entries = state_->entries;
    std::erase_if(entries, [](State::Entry& entry) { return has_ended(entry.connection.channel); });
    const auto found = std::ranges::find_if(entries, [&source](const State::Entry& entry) {
        return entry.source == source.source && entry.servent == source.peer;
    });
    if (found == entries.end()) {
        return std::nullopt;
    }
    Connection connection = std::move(found->connection);
    entries.erase(found);
    return connection;
}

}  // namespace gnutella::net
