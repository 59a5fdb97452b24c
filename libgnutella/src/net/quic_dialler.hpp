#pragma once

#include "net/quic/quic_endpoint.hpp"
#include "net/quic/quic_stream.hpp"

#include <gnutella/error.hpp>
#include <gnutella/hit.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace gnutella::net {

/// Reaches sources over QUIC, from the node's own UDP port.
class QuicDialler {
  public:
    using Stream = QuicStream;
    static constexpr Transport transport = Transport::quic;

    struct Dialled {
        /// Set unless there is an error.
        std::optional<Stream> stream;
        error_code error;
        static constexpr bool used_before = false;
    };

    /// @param strand that of who asks; streams run on it.
    /// @param endpoint null where the node has no QUIC.
    QuicDialler(boost::asio::any_io_executor strand, std::shared_ptr<QuicEndpoint> endpoint,
                std::chrono::milliseconds limit)
        : strand_(std::move(strand)), endpoint_(std::move(endpoint)), limit_(limit) {}

    /// Opens a stream to the hit's source, whose key must be the hit's, over the connection that there is or a new one.
    /// Tries the host's addresses one after another, all within the time limit. On the strand.
    /// Errors: cannot_resolve, cannot_connect, connect_timed_out, wrong_key, quic_refused (also when the hit names no
    /// key, or the node has no QUIC), too_many_sessions, stopped; operation_aborted when the coroutine was cancelled.
    boost::asio::awaitable<Dialled> dial(const Hit& hit);

    /// Nothing is kept: another stream costs nothing.
    void keep(const Hit& /*hit*/, Dialled /*dialled*/) const noexcept {}

  private:
    boost::asio::any_io_executor strand_;
    std::shared_ptr<QuicEndpoint> endpoint_;
    std::chrono::milliseconds limit_;
};

}  // namespace gnutella::net
