#include "net/quic/quic_endpoint.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

// Bytes from memory to memory, over one stream of one connection on loopback:
//
//   quic_transfer serve                     prints its port and key; serves until it is killed
//   quic_transfer fetch PORT KEY BYTES      fetches so many bytes, and prints the seconds that it took

namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using namespace gnutella;
using Clock = std::chrono::steady_clock;

constexpr std::size_t piece = 1024 * 1024;

std::shared_ptr<net::QuicEndpoint> make_endpoint(asio::io_context& context, net::QuicEndpoint::Handlers handlers) {
    udp::socket socket(asio::make_strand(context), udp::endpoint(asio::ip::address_v4::loopback(), 0));
    auto endpoint = std::make_shared<net::QuicEndpoint>(std::move(socket), net::IdentityKey::make(), Settings(),
                                                        std::move(handlers));
    endpoint->start();
    return endpoint;
}

asio::awaitable<void> serve_stream(net::QuicStream stream) {
    std::uint64_t left = 0;
    co_await asio::async_read(stream, asio::buffer(&left, sizeof left), asio::use_awaitable);
    const std::vector<char> bytes(piece, 'x');
    while (left > 0) {
        const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size()));
        co_await asio::async_write(stream, asio::buffer(bytes.data(), here), asio::use_awaitable);
        left -= here;
    }
    stream.shutdown_send();
}

int serve() {
    asio::io_context context(1);
    net::QuicEndpoint::Handlers handlers;
    handlers.accepted = [](net::QuicStream stream) {
        const auto strand = stream.get_executor();
        asio::co_spawn(strand, serve_stream(std::move(stream)), [](std::exception_ptr) {});
    };
    const auto endpoint = make_endpoint(context, std::move(handlers));
    std::cout << endpoint->local_endpoint().port() << ' ' << endpoint->key().to_string() << std::endl;
    context.run();
    return 0;
}

asio::awaitable<void> fetch_bytes(std::shared_ptr<net::QuicEndpoint> endpoint, udp::endpoint to, KeyHash key,
                                  std::uint64_t size) {
    const auto begin = Clock::now();
    net::QuicStream stream = co_await endpoint->async_open(to, key, std::chrono::seconds(10), asio::use_awaitable);
    co_await asio::async_write(stream, asio::buffer(&size, sizeof size), asio::use_awaitable);
    std::vector<char> bytes(piece);
    for (std::uint64_t got = 0; got < size;) {
        got += co_await stream.async_read_some(asio::buffer(bytes), asio::use_awaitable);
    }
    std::cout << std::chrono::duration<double>(Clock::now() - begin).count() << std::endl;
    endpoint->stop();
}

int fetch(const std::string& port, const std::string& key, const std::string& size) {
    asio::io_context context(1);
    const auto endpoint = make_endpoint(context, {});
    const udp::endpoint to(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(port)));
    int result = 0;
    asio::co_spawn(endpoint->strand(), fetch_bytes(endpoint, to, KeyHash::parse(key).value(), std::stoull(size)),
                   [&result, endpoint](std::exception_ptr failure) {
                       result = failure ? 1 : 0;
                       endpoint->stop();
                   });
    context.run();
    return result;
}

}  // namespace

int main(int count, char** words) {
    if (count == 2 && std::strcmp(words[1], "serve") == 0) {
        return serve();
    }
    if (count == 5 && std::strcmp(words[1], "fetch") == 0) {
        return fetch(words[2], words[3], words[4]);
    }
    std::cerr << "usage: quic_transfer serve | quic_transfer fetch PORT KEY BYTES\n";
    return 2;
}
