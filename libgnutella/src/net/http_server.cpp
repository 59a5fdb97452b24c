#include "net/http_server.hpp"

#include "net/http_connection.hpp"
#include "net/http_service.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>

#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace gnutella::net {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using TcpConnection = HttpConnection<Tcp::socket>;

namespace {

// An accepted socket runs wherever its listener does; a connection runs on a strand of its own.
Tcp::socket move_to(const asio::any_io_executor& strand, Tcp::socket socket, error_code& error) {
    Tcp::socket moved(strand);
    const auto local = socket.local_endpoint(error);
    if (error) {
        return moved;
    }
    const auto descriptor = socket.release(error);
    if (!error) {
        moved.assign(local.protocol(), descriptor, error);
    }
    return moved;
}

}  // namespace

struct HttpServer::Impl {
    asio::any_io_executor executor;
    std::shared_ptr<HttpService> service;

    mutable std::mutex mutex;
    bool stopped = false;
    std::uint64_t last_id = 0;
    std::map<std::uint64_t, std::weak_ptr<TcpConnection>> open;

    void turn_away(Tcp::socket& socket) const {
        service->counters->uploads_refused.fetch_add(1, std::memory_order_relaxed);
        const auto refusal = transfer::refuse(transfer::HttpStatus::service_unavailable, transfer::Persistence::close,
                                              {service->settings.agent, std::chrono::system_clock::now()});
        // Said once, into the socket's empty buffer: nobody waits for one that must not stay.
        error_code ignored;
        socket.non_blocking(true, ignored);
        socket.send(asio::buffer(refusal.head), 0, ignored);
        socket.shutdown(Tcp::socket::shutdown_send, ignored);
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
    if (impl_->open.size() >= impl_->service->settings.max_http_connections) {
        impl_->turn_away(socket);
        return;
    }
    error_code error;
    const asio::any_io_executor strand = asio::make_strand(impl_->executor);
    Tcp::socket moved = move_to(strand, std::move(socket), error);
    if (error) {
        return;
    }
    moved.set_option(Tcp::no_delay(true), error);  // an error would only make it slower
    auto connection = std::make_shared<TcpConnection>(std::move(moved), impl_->service, first_bytes, std::move(remote));
    const std::uint64_t id = ++impl_->last_id;
    impl_->open.emplace(id, connection);
    // An exception here is the end of this connection alone: no memory, or the disk threads gone.
    asio::co_spawn(strand, TcpConnection::run(std::move(connection)),
                   [impl = impl_, id, ticket = std::move(ticket)](const std::exception_ptr&) { impl->remove(id); });
}

void HttpServer::share_partial_files(std::shared_ptr<transfer::PartialFiles> files) {
    impl_->service->share_partial_files(std::move(files));
}

const std::shared_ptr<Alternates>& HttpServer::alternates() const {
    return impl_->service->alternates;
}

void HttpServer::stop() {
    const std::scoped_lock lock(impl_->mutex);
    impl_->stopped = true;
    for (const auto& [id, weak] : impl_->open) {
        if (auto connection = weak.lock()) {
            TcpConnection::stop(std::move(connection));
        }
    }
}

std::size_t HttpServer::connections() const {
    const std::scoped_lock lock(impl_->mutex);
    return impl_->open.size();
}

}  // namespace gnutella::net
