#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace gnutella::net {

/// Makes every operation on the connection end now, and every later one fail. The socket stays open until it is
/// destroyed: a disk thread may be using its descriptor, which must not become somebody else's meanwhile.
void abort_stream(boost::asio::ip::tcp::socket& socket) noexcept;

/// Says that no more is sent and waits for the far end to close. Closing while there is something unread would make
/// the system drop what the far end has not read yet (RFC 1122, 4.2.2.13), the answer that explains why.
boost::asio::awaitable<void> end_stream(boost::asio::ip::tcp::socket& socket);

}  // namespace gnutella::net
