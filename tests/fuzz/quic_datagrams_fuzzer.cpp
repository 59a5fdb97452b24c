#include "net/quic/quic_endpoint.hpp"
#include "require.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

// Datagrams to the UDP port, one after another, each with its length in two bytes before it: whatever they are, no more
// connections come of them than are allowed, and what begins with a brace reaches who reads JSON.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella;
    namespace asio = boost::asio;
    using asio::ip::udp;
    static const net::IdentityKey identity = net::IdentityKey::make();

    asio::io_context context(1);
    Settings settings;
    settings.max_quic_connections = 4;
    settings.max_quic_handshakes = 2;
    std::size_t handed_on = 0;
    net::QuicEndpoint::Handlers handlers;
    handlers.accepted = [](net::QuicStream) { require(false, "nobody knows how to do a handshake"); };
    handlers.other = [&](std::string_view, const udp::endpoint&) { ++handed_on; };
    udp::socket socket(asio::make_strand(context), udp::endpoint(asio::ip::address_v4::loopback(), 0));
    const auto endpoint =
        std::make_shared<net::QuicEndpoint>(std::move(socket), identity, settings, std::move(handlers));
    const udp::endpoint from(asio::ip::address_v4::loopback(), 9);

    std::span<const std::uint8_t> rest(data, size);
    std::size_t braces = 0;
    while (rest.size() > 2) {
        const std::size_t length = std::min<std::size_t>(rest[0] * 256U + rest[1], rest.size() - 2);
        const auto datagram = rest.subspan(2, length);
        rest = rest.subspan(2 + length);
        if (!datagram.empty()) {
            braces += datagram.front() == '{' ? 1 : 0;
            endpoint->take({datagram, from, endpoint->local_endpoint(), 0});
            context.poll();
            context.restart();
        }
    }
    require(handed_on >= braces, "JSON is handed on");
    require(endpoint->connections() <= settings.max_quic_connections, "connections are bounded");
    return 0;
}
