#include "net/listener.hpp"

#include "net/address.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string_view>
#include <utility>

namespace gnutella::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;

namespace {

// Tries to find a port that is free for TCP and UDP at once.
constexpr int max_tries = 32;

// Wait before accepting again when there is no descriptor left.
constexpr std::chrono::milliseconds accept_pause{100};

// Not all that connects becomes a session: however few these may be, there is room for others that have not said yet
// what they are.
constexpr std::size_t least_waiting = 64;

template <class Socket, class InternetEndpoint>
error_code open_and_bind(Socket& socket, const InternetEndpoint& end) {
    error_code error;
    socket.open(end.protocol(), error);
    if (!error && end.address().is_v6()) {
        socket.set_option(asio::ip::v6_only(false), error);
    }
    if constexpr (std::is_same_v<Socket, tcp::acceptor>) {
        if (!error) {
            // As servers do: a port whose last connections are in TIME_WAIT can be had again at once.
            socket.set_option(tcp::acceptor::reuse_address(true), error);
        }
    }
    if (!error) {
        socket.bind(end, error);
    }
    return error;
}

error_code meaning_of(error_code error) {
    if (!error) {
        return error;
    }
    const bool out_of_something = error == asio::error::no_descriptors || error == asio::error::no_memory ||
                                  error == asio::error::no_buffer_space ||
                                  error == boost::system::errc::too_many_files_open_in_system;
    if (out_of_something) {
        return error;  // another address would not do either
    }
    return error == asio::error::address_in_use ? Error::port_in_use : Error::cannot_listen;
}

error_code bind_both(BoundPort& bound, const asio::ip::address& address, std::uint16_t port) {
    error_code error = open_and_bind(bound.acceptor, tcp::endpoint(address, port));
    if (!error) {
        bound.acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (!error) {
        const std::uint16_t got = bound.acceptor.local_endpoint(error).port();
        error = error ? error : open_and_bind(bound.datagrams, udp::endpoint(address, got));
    }
    if (error) {
        error_code ignored;
        bound.acceptor.close(ignored);
        bound.datagrams.close(ignored);
    }
    return error;
}

}  // namespace

BoundPort bind_port(const asio::any_io_executor& executor, const std::string& address, std::uint16_t port,
                    error_code& error) {
    BoundPort bound{tcp::acceptor(executor), udp::socket(executor)};
    const std::string wanted = address.empty() ? "::" : address;
    const asio::ip::address parsed = asio::ip::make_address(wanted, error);
    if (error) {
        error = Error::cannot_listen;
        return bound;
    }
    for (int tries = 0; tries < max_tries; ++tries) {
        error = bind_both(bound, parsed, port);
        const bool another_may_be_free = port == 0 && error == asio::error::address_in_use;
        if (!another_may_be_free) {
            break;
        }
    }
    if (error && address.empty() && error != asio::error::address_in_use) {
        return bind_port(executor, "0.0.0.0", port, error);  // a host without IPv6
    }
    error = meaning_of(error);
    return bound;
}

struct Listener::Waiting {
    Waiting(tcp::socket connection, std::shared_ptr<void> place, const asio::any_io_executor& strand)
        : socket(std::move(connection)), ticket(std::move(place)), deadline(strand) {}

    // Ends what is under way.
    static void interrupt(const std::shared_ptr<Waiting>& self) {
        if (!self->tls) {
            error_code ignored;
            self->socket.close(ignored);
            return;
        }
        asio::post(self->tls->get_executor(), [self] {
            if (!self->opened) {
                self->tls->connection().close();
            }
        });
    }

    std::string_view first_bytes() const { return {bytes.data(), size}; }

    tcp::socket socket;
    std::optional<TlsStream> tls;  // in place of the socket, and used on its own strand until it is opened
    bool opened = false;           // belongs to that strand
    std::shared_ptr<void> ticket;
    asio::steady_timer deadline;
    std::array<char, wire::max_first_bytes> bytes{};
    std::size_t size = 0;
};

namespace {

// What is inside TLS.
asio::awaitable<wire::FirstBytes> look_inside(TlsStream& stream, std::span<char> bytes, std::size_t& size) {
    constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
    auto [error] = co_await stream.async_handshake(as_tuple);
    auto kind = wire::FirstBytes::undecided;
    while (!error && kind == wire::FirstBytes::undecided && size < bytes.size()) {
        const auto rest = asio::buffer(bytes.data(), bytes.size()) + size;
        const auto [read_error, got] = co_await stream.async_read_some(rest, as_tuple);
        error = read_error;
        size += got;
        kind = wire::recognise({bytes.data(), size});
    }
    co_return error ? wire::FirstBytes::unknown : kind;
}

}  // namespace

Listener::Listener(tcp::acceptor acceptor, asio::any_io_executor connections, const Settings& settings,
                   std::optional<TlsCredentials> tls, std::function<void(Accepted)> accepted,
                   std::function<void(Refusal)> refused)
    : acceptor_(std::move(acceptor)),
      connections_(std::move(connections)),
      pause_(acceptor_.get_executor()),
      first_bytes_timeout_(settings.first_bytes_timeout),
      most_waiting_(std::max(settings.max_sessions, least_waiting)),
      counts_(std::make_shared<ConnectionCounts>(settings.max_connections_per_address)),
      tls_(std::move(tls)),
      accepted_(std::move(accepted)),
      refused_(std::move(refused)) {}

void Listener::start() {
    accept();
}

void Listener::stop() {
    stopped_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    for (const auto& waiting : waiting_) {
        waiting->deadline.cancel();
        Waiting::interrupt(waiting);
    }
}

void Listener::accept() {
    acceptor_.async_accept(asio::make_strand(connections_),
                           [self = shared_from_this()](error_code error, tcp::socket socket) {
                               if (self->stopped_ || error == asio::error::operation_aborted) {
                                   return;
                               }
                               if (error) {
                                   self->accept_later();
                                   return;
                               }
                               self->look_at(std::move(socket));
                               self->accept();
                           });
}

void Listener::accept_later() {
    pause_.expires_after(accept_pause);
    pause_.async_wait([self = shared_from_this()](error_code cancelled) {
        if (!cancelled && !self->stopped_) {
            self->accept();
        }
    });
}

void Listener::look_at(tcp::socket socket) {
    error_code error;
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) {
        return;  // gone already
    }
    auto ticket = waiting_.size() < most_waiting_ ? counts_->admit(to_wire(remote.address())) : nullptr;
    if (!ticket) {
        refused_(Refusal::too_many);
        return;
    }
    const auto waiting = std::make_shared<Waiting>(std::move(socket), std::move(ticket), acceptor_.get_executor());
    waiting_.insert(waiting);
    waiting->deadline.expires_after(first_bytes_timeout_);
    waiting->deadline.async_wait([self = shared_from_this(), weak = std::weak_ptr(waiting)](error_code cancelled) {
        const auto late = weak.lock();
        if (!cancelled && late) {
            self->expire(late);
        }
    });
    read_first_bytes(waiting);
}

void Listener::expire(const std::shared_ptr<Waiting>& waiting) {
    if (stopped_ || waiting_.erase(waiting) == 0) {
        return;
    }
    // Counted before the far end can see the end of it.
    refused_(Refusal::unknown);
    Waiting::interrupt(waiting);
}

void Listener::read_first_bytes(const std::shared_ptr<Waiting>& waiting) {
    const auto rest = asio::buffer(waiting->bytes) + waiting->size;
    waiting->socket.async_read_some(
        rest, asio::bind_executor(
                  acceptor_.get_executor(), [self = shared_from_this(), waiting](error_code error, std::size_t got) {
                      waiting->size += got;
                      const bool over = error || self->stopped_ || !self->waiting_.contains(waiting);
                      const auto kind = over ? wire::FirstBytes::unknown : wire::recognise(waiting->first_bytes());
                      if (kind == wire::FirstBytes::undecided) {
                          self->read_first_bytes(waiting);
                      } else if (kind == wire::FirstBytes::tls && self->tls_) {
                          self->open_tls(waiting);
                      } else {
                          self->conclude(waiting, kind);
                      }
                  }));
}

void Listener::open_tls(const std::shared_ptr<Waiting>& waiting) {
    waiting->tls.emplace(TlsStream::server(std::move(waiting->socket), *tls_, waiting->first_bytes()));
    waiting->size = 0;
    auto work = [](std::shared_ptr<Waiting> opening) -> asio::awaitable<wire::FirstBytes> {
        auto looking = look_inside(*opening->tls, opening->bytes, opening->size);
        const wire::FirstBytes kind = co_await std::move(looking);
        opening->opened = true;
        co_return kind;
    };
    auto done = [self = shared_from_this(), waiting](const std::exception_ptr& failure, wire::FirstBytes kind) {
        asio::post(self->acceptor_.get_executor(), [self, waiting, kind = failure ? wire::FirstBytes::unknown : kind] {
            self->conclude(waiting, kind);
        });
    };
    asio::co_spawn(waiting->tls->get_executor(), work(waiting), std::move(done));
}

void Listener::conclude(const std::shared_ptr<Waiting>& waiting, wire::FirstBytes kind) {
    const bool expired = waiting_.erase(waiting) == 0;
    waiting->deadline.cancel();
    if (expired || stopped_) {
        return;
    }
    switch (kind) {
        case wire::FirstBytes::json:
        case wire::FirstBytes::gnutella:
        case wire::FirstBytes::http:
        case wire::FirstBytes::giv:
            break;
        default:  // TLS in TLS, too
            refused_(Refusal::unknown);
            return;
    }
    Channel channel = waiting->tls ? Channel(std::move(*waiting->tls)) : Channel(std::move(waiting->socket));
    accepted_({kind, std::move(channel), std::string(waiting->first_bytes()), std::move(waiting->ticket)});
}

}  // namespace gnutella::net
