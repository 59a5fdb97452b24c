#pragma once

#include "node.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <queue>
#include <random>
#include <utility>
#include <vector>

namespace gnutella::test {

/// A bad network in a process: datagrams that come to its port go on to the target, and what the target answers goes
/// back, but late, some too late and some never. What happens to which datagram follows from a seed.
class LossyRelay {
  public:
    struct Conditions {
        /// Of each datagram, each way.
        double loss = 0.01;
        /// Each way: half of the round trip.
        std::chrono::milliseconds delay{20};
        /// The part of the datagrams that are overtaken by others, and by how much they are late.
        double late = 0.02;
        std::chrono::milliseconds lateness{10};
    };
    struct Counts {
        std::uint64_t forwarded = 0;
        std::uint64_t lost = 0;
        std::uint64_t late = 0;
    };

    LossyRelay(Threads& threads, const Endpoint& target, const Conditions& conditions, std::uint32_t seed = 1)
        : work_(std::make_shared<Work>(threads.context(), target, conditions, seed)) {
        port_ = work_->front.local_endpoint().port();
        Work::receive(work_);
    }
    ~LossyRelay() {
        std::promise<void> closed;
        boost::asio::post(work_->strand, [this, &closed] {
            work_->close();
            closed.set_value();
        });
        get(closed.get_future());
    }
    LossyRelay(const LossyRelay&) = delete;
    LossyRelay& operator=(const LossyRelay&) = delete;

    Endpoint endpoint() const { return {"127.0.0.1", port_}; }

    Counts counts() const {
        std::promise<Counts> counted;
        boost::asio::post(work_->strand, [this, &counted] { counted.set_value(work_->counts); });
        return get(counted.get_future());
    }

  private:
    using Udp = boost::asio::ip::udp;
    using Clock = std::chrono::steady_clock;
    using Datagram = std::vector<std::byte>;

    // Who sends to the target gets a socket of its own there, by which answers find the way back.
    struct Client {
        Client(const boost::asio::any_io_executor& executor, Udp::endpoint sender)
            : back(executor, Udp::endpoint(boost::asio::ip::address_v4::loopback(), 0)), address(std::move(sender)) {}
        Udp::socket back;
        const Udp::endpoint address;
        std::array<std::byte, 65536> buffer;
    };

    struct Departure {
        Clock::time_point due;
        std::uint64_t number;
        Udp::socket* from;
        Udp::endpoint to;
        Datagram bytes;
        friend bool operator<(const Departure& left, const Departure& right) {  // for the earliest first
            return std::pair(left.due, left.number) > std::pair(right.due, right.number);
        }
    };

    struct Work : std::enable_shared_from_this<Work> {
        Work(boost::asio::io_context& context, const Endpoint& to, const Conditions& how, std::uint32_t seed)
            : strand(boost::asio::make_strand(context)),
              target(boost::asio::ip::make_address(to.host), to.port),
              conditions(how),
              random(seed),
              front(strand, Udp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
              timer(strand) {
            widen(front);
        }

        // Only the relay's own rules lose datagrams.
        static void widen(Udp::socket& socket) {
            error_code ignored;
            socket.set_option(boost::asio::socket_base::receive_buffer_size(4 * 1024 * 1024), ignored);
            socket.set_option(boost::asio::socket_base::send_buffer_size(4 * 1024 * 1024), ignored);
        }

        static void receive(const std::shared_ptr<Work>& self) {
            self->front.async_receive_from(boost::asio::buffer(self->buffer), self->sender,
                                           [self](const error_code& error, std::size_t size) {
                                               if (self->closed) {
                                                   return;
                                               }
                                               if (!error) {
                                                   Client& client = client_of(self, self->sender);
                                                   self->queue(client.back, self->target, self->buffer.data(), size);
                                               }
                                               receive(self);
                                           });
        }

        static Client& client_of(const std::shared_ptr<Work>& self, const Udp::endpoint& sender) {
            auto& client = self->clients[sender];
            if (!client) {
                client = std::make_unique<Client>(self->strand, sender);
                widen(client->back);
                receive_back(self, *client);
            }
            return *client;
        }

        static void receive_back(const std::shared_ptr<Work>& self, Client& client) {
            client.back.async_receive(boost::asio::buffer(client.buffer),
                                      [self, &client](const error_code& error, std::size_t size) {
                                          if (self->closed) {
                                              return;
                                          }
                                          if (!error) {
                                              self->queue(self->front, client.address, client.buffer.data(), size);
                                          }
                                          receive_back(self, client);
                                      });
        }

        void queue(Udp::socket& from, const Udp::endpoint& to, const std::byte* bytes, std::size_t size) {
            std::uniform_real_distribution<double> chance(0, 1);
            if (chance(random) < conditions.loss) {
                ++counts.lost;
                return;
            }
            auto due = Clock::now() + conditions.delay;
            if (chance(random) < conditions.late) {
                due += conditions.lateness;
                ++counts.late;
            }
            departures.push({due, ++numbered, &from, to, Datagram(bytes, bytes + size)});
            if (departures.top().number == numbered) {
                wait();
            }
        }

        void wait() {
            timer.expires_at(departures.top().due);
            timer.async_wait([self = shared_from_this()](const error_code& error) {
                if (!error && !self->closed) {
                    self->send_due();
                }
            });
        }

        void send_due() {
            const auto now = Clock::now();
            while (!departures.empty() && departures.top().due <= now) {
                const Departure& next = departures.top();
                error_code ignored;  // as a router would
                next.from->send_to(boost::asio::buffer(next.bytes), next.to, 0, ignored);
                ++counts.forwarded;
                departures.pop();
            }
            if (!departures.empty()) {
                wait();
            }
        }

        void close() {
            closed = true;
            error_code ignored;
            front.close(ignored);
            for (auto& [address, client] : clients) {
                client->back.close(ignored);
            }
            timer.cancel();
        }

        const boost::asio::any_io_executor strand;
        const Udp::endpoint target;
        const Conditions conditions;
        std::mt19937 random;
        Udp::socket front;
        Udp::endpoint sender;
        std::array<std::byte, 65536> buffer;
        std::map<Udp::endpoint, std::unique_ptr<Client>> clients;
        std::priority_queue<Departure> departures;
        std::uint64_t numbered = 0;
        boost::asio::steady_timer timer;
        Counts counts;
        bool closed = false;
    };

    std::shared_ptr<Work> work_;
    std::uint16_t port_ = 0;
};

}  // namespace gnutella::test
