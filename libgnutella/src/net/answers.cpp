#include "net/answers.hpp"

#include "net/address.hpp"
#include "net/resolve.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

// The whole of a small file, as one datagram; nothing when it is no longer what was shared.
std::optional<wire::Frame> read_whole(SharedLibrary& library, const SharedFile& file) {
    error_code error;
    const int descriptor = library.open(file, error);
    if (error) {
        return std::nullopt;
    }
    std::size_t filled = 0;
    const auto size = static_cast<std::size_t>(file.size);
    auto frame = wire::Frame::make(size, [&](char* bytes) {
        while (filled < size) {
            const ssize_t got = ::read(descriptor, bytes + filled, size - filled);
            if (got <= 0) {
                break;
            }
            filled += static_cast<std::size_t>(got);
        }
    });
    ::close(descriptor);
    return filled == size ? std::optional(std::move(frame)) : std::nullopt;
}

}  // namespace

Answers::Answers(asio::any_io_executor strand, overlay::Router& router, SharedLibrary& library,
                 std::shared_ptr<DiskQueue> disk, Port port, const Settings& settings, const Logger& log)
    : strand_(std::move(strand)),
      router_(router),
      library_(library),
      disk_(std::move(disk)),
      port_(std::move(port)),
      max_under_way_(settings.max_answers),
      time_to_resolve_(settings.answer_timeout),
      log_(log) {}

Answers::Place Answers::begin() {
    if (stopped_) {
        return nullptr;
    }
    // A storm of queries must not become a storm of look-ups.
    if (*under_way_ >= max_under_way_) {
        ++not_sent_;
        return nullptr;
    }
    ++*under_way_;
    return {under_way_.get(), [count = under_way_](void*) { --*count; }};
}

void Answers::send(overlay::Actions::SendDatagram datagram) {
    if (auto place = begin()) {
        asio::co_spawn(strand_, deliver(std::move(datagram), std::move(place)),
                       [self = shared_from_this()](std::exception_ptr) {});
    }
}

void Answers::send(overlay::Actions::SendFile file) {
    const SharedFile* const shared = library_.index().file(file.file);
    if (shared == nullptr) {
        return;
    }
    if (auto place = begin()) {
        asio::co_spawn(strand_, deliver_file(std::move(file), *shared, std::move(place)),
                       [self = shared_from_this()](std::exception_ptr) {});
    }
}

asio::awaitable<void> Answers::deliver(overlay::Actions::SendDatagram datagram, Place place) {
    const auto to = co_await find(std::move(datagram.to), std::move(place));
    if (to && !stopped_) {
        port_(std::move(datagram.frame), *to);
    }
}

asio::awaitable<void> Answers::deliver_file(overlay::Actions::SendFile file, SharedFile shared, Place place) {
    const auto to = co_await find(std::move(file.to), place);
    if (!to || stopped_) {
        co_return;
    }
    auto read = [this, &shared] { return read_whole(library_, shared); };
    auto content = co_await on_disk(disk_, std::move(read));
    if (stopped_) {
        co_return;
    }
    if (!content) {
        ++files_changed_;
        log_(LogLevel::warning, "cannot send ", shared.name, ": it changed or vanished since it was hashed");
        co_return;
    }
    ++raw_files_sent_;
    port_(std::move(*content), *to);
}

asio::awaitable<std::optional<udp::endpoint>> Answers::find(overlay::Actions::Destination to, Place place) {
    // A stranger wrote the host: it goes to the resolver only if it can be one.
    if (!to.host.empty() && !Endpoint::parse(Endpoint{to.host, to.port}.to_string())) {
        ++not_sent_;
        co_return std::nullopt;
    }
    if (to.port == 0) {
        co_return std::nullopt;
    }
    const auto deadline = std::chrono::steady_clock::now() + time_to_resolve_;
    const Endpoint host{to.host, to.port};
    const auto addresses = co_await resolve_for_stranger(strand_, host, deadline, std::move(place));
    if (stopped_) {
        co_return std::nullopt;
    }
    // A legacy peer listens on IPv4 alone.
    const auto v4 = std::ranges::find_if(addresses, [](const auto& each) { return each.is_v4(); });
    std::optional<udp::endpoint> end;
    if (!addresses.empty()) {
        end.emplace(v4 == addresses.end() ? addresses.front() : *v4, to.port);
    }
    if (!end && to.neighbour) {
        // The neighbour's own query, with a host name that means nothing here: the address that it connects from.
        if (const SessionInfo* const neighbour = router_.session(*to.neighbour)) {
            end = udp::endpoint(asio::ip::make_address(neighbour->remote.host), to.port);
        }
    }
    if (!end || !router_.allow_datagram(to_wire(end->address()), std::chrono::steady_clock::now())) {
        if (!end) {
            ++not_sent_;
        }
        co_return std::nullopt;
    }
    co_return end;
}

}  // namespace gnutella::net
