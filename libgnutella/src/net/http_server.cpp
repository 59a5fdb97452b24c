#include "net/http_server.hpp"

#include "net/address.hpp"
#include "net/http_connection.hpp"
#include "net/http_service.hpp"
#include "net/move_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

namespace gnutella::net {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

struct HttpServer::Impl {
    asio::any_io_executor executor;
    std::shared_ptr<HttpService> service;

    mutable std::mutex mutex;
    bool stopped = false;
    std::uint64_t last_id = 0;
    std::map<std::uint64_t, std::function<void()>> open;  // each with what stops it

    std::string refusal() const {
        service->counters->uploads_refused.fetch_add(1, std::memory_order_relaxed);
        return transfer::refuse(transfer::HttpStatus::service_unavailable, transfer::Persistence::close,
                                {service->settings.agent, std::chrono::system_clock::now()})
            .head;
    }

    void turn_away(Tcp::socket& socket) const {
        const std::string head = refusal();
        // Said once, into the socket's empty buffer: nobody waits for one that must not stay.
        error_code ignored;
        socket.non_blocking(true, ignored);
        socket.send(asio::buffer(head), 0, ignored);
        socket.shutdown(Tcp::socket::shutdown_send, ignored);
    }

    void turn_away(TlsStream& stream) const {
        std::string head = refusal();
        const iovec bytes{head.data(), head.size()};
        error_code ignored;
        stream.connection().write_some({&bytes, 1}, ignored);
        stream.connection().shutdown_send();
    }

    void turn_away(QuicStream& stream) const {
        // What is written is sent even when the stream is gone.
        const auto leaving = std::make_shared<std::pair<QuicStream, std::string>>(std::move(stream), refusal());
        asio::async_write(leaving->first, asio::buffer(leaving->second),
                          [leaving](error_code, std::size_t) { leaving->first.shutdown_send(); });
    }

    bool admits() const { return !stopped && open.size() < service->settings.max_http_connections; }

    // On the stream's strand from now on. The mutex is held.
    template <class Stream>
    void begin(const std::shared_ptr<Impl>& self, Stream stream, std::string_view first_bytes, Endpoint remote,
               std::shared_ptr<void> ticket) {
        using Connection = HttpConnection<Stream>;
        const asio::any_io_executor strand = stream.get_executor();
        auto connection = std::make_shared<Connection>(std::move(stream), service, first_bytes, std::move(remote));
        const std::uint64_t id = ++last_id;
        open.emplace(id, [weak = std::weak_ptr<Connection>(connection)] {
            if (auto running = weak.lock()) {
                Connection::stop(std::move(running));
            }
        });
        // Not at once, even on that strand: the end of it takes the mutex. An exception there is the end of this
        // connection alone: no memory, or the disk threads gone.
        asio::post(
            strand, [self, strand, connection = std::move(connection), id, ticket = std::move(ticket)]() mutable {
                asio::co_spawn(strand, Connection::run(std::move(connection)),
                               [self, id, ticket = std::move(ticket)](const std::exception_ptr&) { self->remove(id); });
            });
    }

    void remove(std::uint64_t id) {
        const std::scoped_lock lock(mutex);
        open.erase(id);
    }
};

HttpServer::HttpServer(asio::any_io_executor executor, const DiskPool& disk, const Settings& settings,
                       std::shared_ptr<transfer::Catalogue> catalogue, std::shared_ptr<TransferCounters> counters,
                       std::function<void(Event)> emit)
    : impl_(std::make_shared<Impl>()) {
    impl_->executor = std::move(executor);
    impl_->service = std::make_shared<HttpService>(disk.queue(), settings, std::move(catalogue), std::move(counters),
                                                   std::move(emit));
}

HttpServer::~HttpServer() {
    stop();
}

void HttpServer::serve(Tcp::socket socket, std::string first_bytes, Endpoint remote, std::shared_ptr<void> ticket) {
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->stopped) {
        return;
    }
    if (!impl_->admits()) {
        impl_->turn_away(socket);
        return;
    }
    error_code error;
    Tcp::socket moved = move_to(asio::make_strand(impl_->executor), std::move(socket), error);
    if (error) {
        return;
    }
    moved.set_option(Tcp::no_delay(true), error);  // an error would only make it slower
    impl_->begin(impl_, std::move(moved), first_bytes, std::move(remote), std::move(ticket));
}

void HttpServer::serve(Channel channel, std::string first_bytes, Endpoint remote, std::shared_ptr<void> ticket) {
    Channel::Stream stream = std::move(channel).release();
    if (auto* const plain = std::get_if<Tcp::socket>(&stream)) {
        serve(std::move(*plain), std::move(first_bytes), std::move(remote), std::move(ticket));
        return;
    }
    auto& encrypted = std::get<TlsStream>(stream);
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->stopped) {
        return;
    }
    if (!impl_->admits()) {
        impl_->turn_away(encrypted);
        return;
    }
    impl_->begin(impl_, std::move(encrypted), first_bytes, std::move(remote), std::move(ticket));
}

void HttpServer::serve(QuicStream stream) {
    const std::scoped_lock lock(impl_->mutex);
    if (impl_->stopped) {
        return;
    }
    if (!impl_->admits()) {
        impl_->turn_away(stream);
        return;
    }
    Endpoint remote = to_endpoint(stream.remote_endpoint());
    impl_->begin(impl_, std::move(stream), {}, std::move(remote), nullptr);
}

void HttpServer::share_partial_files(std::shared_ptr<transfer::PartialFiles> files) {
    impl_->service->share_partial_files(std::move(files));
}

void HttpServer::introduce(HttpService::Node node) {
    impl_->service->introduce(std::move(node));
}

const std::shared_ptr<Alternates>& HttpServer::alternates() const {
    return impl_->service->alternates;
}

void HttpServer::stop() {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopped = true;
    for (const auto& [id, stop_one] : impl_->open) {
        stop_one();
    }
}

std::size_t HttpServer::connections() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->open.size();
}

}  // namespace gnutella::net
