#pragma once

#include "net/channel.hpp"
#include "net/transfer_counters.hpp"
#include "transfer/giv.hpp"

#include <gnutella/guid.hpp>
#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace gnutella::net {

/// The connections that servents make to us because of a Push: each goes to who waits for that servent. One that nobody
/// waits for is closed, and counted. Any thread may call any function.
class PushedConnections : public std::enable_shared_from_this<PushedConnections> {
  public:
    /// A connection that has come.
    struct Arrived {
        Channel channel;
        /// Its place among those of its address.
        std::shared_ptr<void> ticket;
    };

    /// Somebody waits for a servent, as long as this is there.
    class Place {
      public:
        /// @param strand on which the connection is to be used.
        Place(std::shared_ptr<PushedConnections> connections, boost::asio::any_io_executor strand, const Guid& servent,
              std::uint32_t index);
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

        /// Waits on the strand; nullopt when it has not come by then, or the coroutine was cancelled.
        boost::asio::awaitable<std::optional<Arrived>> wait(std::chrono::steady_clock::time_point deadline);

      private:
        friend class PushedConnections;
        struct State;
        std::shared_ptr<PushedConnections> connections_;
        std::shared_ptr<State> state_;
        std::list<std::shared_ptr<State>>::iterator entry_;
    };

    PushedConnections(const Settings& settings, std::shared_ptr<TransferCounters> counters);

    /// Takes an accepted connection over, whose first bytes are those of a GIV.
    /// @param first_bytes what has been read of it.
    /// @param ticket see Listener::Accepted.
    void accept(Channel channel, std::string first_bytes, std::shared_ptr<void> ticket);

    /// Closes those that have not said all yet, and takes no more.
    void stop();

  private:
    struct Reading;
    // Whose GIV is being read, at once: each has the time that Settings::first_bytes_timeout gives it.
    static constexpr std::size_t max_readings = 64;

    static boost::asio::awaitable<void> read(std::shared_ptr<PushedConnections> self, std::shared_ptr<Reading> reading);
    void hand_over(const transfer::Giv& giv, Reading& reading);
    void count_unexpected();

    const std::chrono::milliseconds patience_;
    const std::shared_ptr<TransferCounters> counters_;
    std::mutex mutex_;
    bool stopped_ = false;
    std::list<std::shared_ptr<Place::State>> waiting_;  // in the order in which they came
    std::list<std::weak_ptr<Reading>> readings_;
};

}  // namespace gnutella::net
