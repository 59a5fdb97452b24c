#pragma once

#include "quic_bench.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace gnutella::test {

/// Stands between a client and a server and does to each datagram what a test wants. Its thread ends with it.
class MeddlingRelay {
  public:
    /// Gets a datagram and says what goes on in its place: none, or several.
    using Meddle = std::function<std::vector<std::string>(std::string datagram)>;

    MeddlingRelay(const Udp::endpoint& server, Meddle meddle)
        : server_(server),
          meddle_(std::move(meddle)),
          front_(context_, Udp::endpoint(loopback(), 0)),
          end_(front_.local_endpoint()) {
        begin_again();
        wait();
        thread_ = std::thread([this] { context_.run(); });
    }
    ~MeddlingRelay() {
        context_.stop();
        thread_.join();
    }

    Udp::endpoint end() const { return end_; }
    /// Nothing goes either way any more.
    void fall_silent() { silent_ = true; }
    /// Nobody listens any more where the client sends to; and then somebody does again.
    void close() {
        in_thread([this] { front_.close(); });
    }
    void open_again() {
        in_thread([this] {
            front_.open(Udp::v4());
            front_.bind(end_);
            wait();
        });
    }
    /// What the client sends goes to another server from now on.
    void lead_to(const Udp::endpoint& server) {
        in_thread([this, server] { server_ = server; });
    }
    /// The server sees the client at another address from now on, as when a NAT forgets.
    void move() {
        in_thread([this] { begin_again(); });
    }

  private:
    template <class Function>
    void in_thread(Function function) {
        std::promise<void> done;
        boost::asio::post(context_, [&] {
            function();
            done.set_value();
        });
        get(done.get_future());
    }
    static boost::asio::ip::address loopback() { return boost::asio::ip::address_v4::loopback(); }

    void begin_again() {
        back_ = std::make_unique<Udp::socket>(context_, Udp::endpoint(loopback(), 0));
        wait_back();
    }
    void wait() {
        front_.async_receive_from(
            boost::asio::buffer(from_client_), client_, [this](error_code error, std::size_t size) {
                if (error == boost::asio::error::operation_aborted) {
                    return;
                }
                if (!error && !silent_) {
                    for (const std::string& each : meddle_(std::string(from_client_.data(), size))) {
                        error_code ignored;
                        back_->send_to(boost::asio::buffer(each), server_, 0, ignored);
                    }
                }
                wait();
            });
    }
    void wait_back() {
        Udp::socket* const socket = back_.get();
        socket->async_receive_from(boost::asio::buffer(from_server_), ignored_,
                                   [this, socket](error_code error, std::size_t size) {
                                       if (socket != back_.get()) {
                                           return;
                                       }
                                       if (!error && !silent_) {
                                           for (const auto& each : meddle_(std::string(from_server_.data(), size))) {
                                               error_code ignored;
                                               front_.send_to(boost::asio::buffer(each), client_, 0, ignored);
                                           }
                                       }
                                       wait_back();
                                   });
    }

    boost::asio::io_context context_{1};
    Udp::endpoint server_;
    const Meddle meddle_;
    std::atomic<bool> silent_{false};
    Udp::socket front_;
    const Udp::endpoint end_;
    std::unique_ptr<Udp::socket> back_;
    Udp::endpoint client_;
    Udp::endpoint ignored_;
    std::array<char, 65536> from_client_{};
    std::array<char, 65536> from_server_{};
    std::thread thread_;
};

inline std::vector<std::string> leave(std::string datagram) {
    return {std::move(datagram)};
}

}  // namespace gnutella::test
