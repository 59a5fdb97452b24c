#pragma once

#include <gnutella/error.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <utility>

namespace gnutella::net {

/// The same socket, for use on another executor. Closed when there is an error.
template <class Socket>
Socket move_to(const boost::asio::any_io_executor& executor, Socket socket, error_code& error) {
    Socket moved(executor);
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

}  // namespace gnutella::net
