#pragma once

#include "net/alternates.hpp"
#include "net/channel.hpp"
#include "net/disk_pool.hpp"
#include "net/http_service.hpp"
#include "net/quic/quic_stream.hpp"
#include "net/transfer_counters.hpp"
#include "transfer/catalogue.hpp"
#include "transfer/partial_files.hpp"

#include <gnutella/endpoint.hpp>
#include <gnutella/event.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <string>

namespace gnutella::net {

/// Serves the catalogue's files to those who connect. It accepts nobody itself: the listener hands connections over
/// once it has seen that they speak HTTP. All functions may be called from any thread.
class HttpServer {
  public:
    /// @param executor each connection gets a strand of it.
    /// @param emit called for each UploadProgress, from any thread, also shortly after stop(): it must not refer to
    ///     what may be gone by then. The same goes for the catalogue.
    HttpServer(boost::asio::any_io_executor executor, const DiskPool& disk, const Settings& settings,
               std::shared_ptr<transfer::Catalogue> catalogue, std::shared_ptr<TransferCounters> counters,
               std::function<void(Event)> emit);
    /// Stops.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Takes a connection over. One that is beyond Settings::max_http_connections is told so (503) and closed.
    /// @param first_bytes what has been read of it to know what it is.
    /// @param remote the far end: a numeric address.
    /// @param ticket dropped when the connection is closed: its place among those of its address.
    void serve(boost::asio::ip::tcp::socket socket, std::string first_bytes, Endpoint remote,
               std::shared_ptr<void> ticket = nullptr);

    /// The same for one that may be in TLS. The executor of such a one must be a strand, on which nothing of it runs.
    void serve(Channel channel, std::string first_bytes, Endpoint remote, std::shared_ptr<void> ticket = nullptr);

    /// Takes a QUIC stream over, in the same way.
    void serve(QuicStream stream);

    /// Serves from now on what is verified of these files, too; nullptr: no more.
    void share_partial_files(std::shared_ptr<transfer::PartialFiles> files);

    /// Tells those who browse this node who it is, and passes on Pushes to its neighbours, from now on.
    void introduce(HttpService::Node node);

    /// Who else has which file, as its askers tell and are told. A download finds sources here, and tells what it
    /// finds.
    const std::shared_ptr<Alternates>& alternates() const;

    /// Cuts all connections and takes no more. Does not wait.
    void stop();

    /// Connections that are open.
    std::size_t connections() const;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace gnutella::net
