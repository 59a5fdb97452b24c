#pragma once

#include "net/quic/quic_endpoint.hpp"
#include "node.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace gnutella::test {

using Udp = boost::asio::ip::udp;

/// An endpoint on a free port of loopback, and what comes to it.
class QuicNode {
  public:
    struct With {
        Settings settings = quick_settings();
        net::QuicEndpoint::Options options{};
        net::IdentityKey identity = net::IdentityKey::make();
        boost::asio::ip::address address = boost::asio::ip::address_v4::loopback();
        std::uint16_t port = 0;
    };

    explicit QuicNode(Threads& threads) : QuicNode(threads, With{}) {}
    QuicNode(Threads& threads, const With& with) {
        Udp::socket socket(boost::asio::make_strand(threads.context()), Udp::endpoint(with.address, with.port));
        net::QuicEndpoint::Handlers handlers;
        handlers.accepted = [arrivals = arrivals_](net::QuicStream stream) {
            const std::lock_guard lock(arrivals->mutex);
            arrivals->streams.push_back(std::move(stream));
            arrivals->changed.notify_all();
        };
        handlers.other = [arrivals = arrivals_](std::string_view bytes, const Udp::endpoint&) {
            const std::lock_guard lock(arrivals->mutex);
            arrivals->others.emplace_back(bytes);
            arrivals->changed.notify_all();
        };
        endpoint_ = std::make_shared<net::QuicEndpoint>(std::move(socket), with.identity, with.settings,
                                                        std::move(handlers), with.options);
        endpoint_->start();
    }
    ~QuicNode() { endpoint_->stop(); }
    QuicNode(const QuicNode&) = delete;
    QuicNode& operator=(const QuicNode&) = delete;

    net::QuicEndpoint* operator->() { return endpoint_.get(); }
    Udp::endpoint end() const { return endpoint_->local_endpoint(); }
    const net::QuicCounters& counters() const { return endpoint_->counters(); }

    /// Waits for a stream that the far end opens. It does so by sending.
    net::QuicStream accept() { return take(arrivals_->streams); }
    /// Waits for a datagram that is not QUIC's.
    std::string other() { return take(arrivals_->others); }

    net::QuicStream open(const QuicNode& to) { return open(to.end(), to.endpoint_->key()); }
    net::QuicStream open(const Udp::endpoint& to, const KeyHash& key) {
        return get(endpoint_->async_open(to, key, patience, boost::asio::use_future));
    }
    error_code error_of_opening(const QuicNode& to) { return error_of_opening(to.end(), to.endpoint_->key()); }
    error_code error_of_opening(const Udp::endpoint& to, const KeyHash& key) {
        return error_of(endpoint_->async_open(to, key, patience, boost::asio::use_future));
    }

  private:
    struct Arrivals {
        std::mutex mutex;
        std::condition_variable changed;
        std::deque<net::QuicStream> streams;
        std::deque<std::string> others;
    };

    template <class Queue>
    typename Queue::value_type take(Queue& queue) {
        std::unique_lock lock(arrivals_->mutex);
        if (!arrivals_->changed.wait_for(lock, patience, [&] { return !queue.empty(); })) {
            throw std::runtime_error("nothing came");
        }
        auto first = std::move(queue.front());
        queue.pop_front();
        return first;
    }

    std::shared_ptr<Arrivals> arrivals_ = std::make_shared<Arrivals>();
    std::shared_ptr<net::QuicEndpoint> endpoint_;
};

inline void send(net::QuicStream& stream, const std::string& bytes) {
    get(boost::asio::async_write(stream, boost::asio::buffer(bytes), boost::asio::use_future));
}

inline std::string receive(net::QuicStream& stream, std::size_t size) {
    std::string bytes(size, '\0');
    get(boost::asio::async_read(stream, boost::asio::buffer(bytes), boost::asio::use_future));
    return bytes;
}

/// All until the end. Throws when there is no good end.
inline std::string receive_all(net::QuicStream& stream) {
    std::string bytes;
    std::string piece(256 * 1024, '\0');
    for (;;) {
        auto reading = stream.async_read_some(boost::asio::buffer(piece), boost::asio::use_future);
        try {
            bytes.append(piece, 0, get(std::move(reading)));
        } catch (const boost::system::system_error& error) {
            if (error.code() == boost::asio::error::eof) {
                return bytes;
            }
            throw;
        }
    }
}

/// A whole exchange: one byte there, content back.
inline void exchange(QuicNode& server, net::QuicStream stream, const std::string& content) {
    auto serving = std::async(std::launch::async, [&] {
        net::QuicStream far = server.accept();
        receive(far, 1);
        send(far, content);
        far.shutdown_send();
    });
    send(stream, "x");
    EXPECT_TRUE(receive_all(stream) == content);
    get(std::move(serving));
}

inline error_code error_of_reading(net::QuicStream& stream) {
    char byte = 0;
    return error_of(stream.async_read_some(boost::asio::buffer(&byte, 1), boost::asio::use_future));
}

}  // namespace gnutella::test
