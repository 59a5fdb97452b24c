#pragma once

#include "net/disk_pool.hpp"
#include "net/logger.hpp"
#include "net/shared_library.hpp"
#include "overlay/actions.hpp"
#include "overlay/router.hpp"
#include "wire/frame.hpp"

#include <gnutella/settings.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/udp.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace gnutella::net {

/// Sends answers that do not go through a session: query hits and raw files, as single datagrams, from the peer's UDP
/// port, to where a query said that it takes them. Each address is asked about before anything is sent to it
/// (Router::allow_datagram). The peer's strand owns it.
class Answers : public std::enable_shared_from_this<Answers> {
  public:
    /// Sends a datagram from the peer's port. Does not wait.
    using Port = std::function<void(wire::Frame frame, const boost::asio::ip::udp::endpoint& to)>;

    Answers(boost::asio::any_io_executor strand, overlay::Router& router, SharedLibrary& library,
            std::shared_ptr<DiskQueue> disk, Port port, const Settings& settings, const Logger& log);

    void send(overlay::Actions::SendDatagram datagram);
    void send(overlay::Actions::SendFile file);

    /// Sends nothing any more; what it was made with may go.
    void stop() { stopped_ = true; }

    std::uint64_t raw_files_sent() const { return raw_files_sent_; }
    std::uint64_t not_sent() const { return not_sent_; }
    /// Files that changed or vanished since they were hashed.
    std::uint64_t files_changed() const { return files_changed_; }

  private:
    // One of those that may be under way at once: it is given back when the last who holds it lets it go.
    using Place = std::shared_ptr<void>;

    boost::asio::awaitable<void> deliver(overlay::Actions::SendDatagram datagram, Place place);
    boost::asio::awaitable<void> deliver_file(overlay::Actions::SendFile file, SharedFile shared, Place place);
    boost::asio::awaitable<std::optional<boost::asio::ip::udp::endpoint>> find(overlay::Actions::Destination to,
                                                                               Place place);
    Place begin();

    boost::asio::any_io_executor strand_;
    overlay::Router& router_;
    SharedLibrary& library_;
    std::shared_ptr<DiskQueue> disk_;
    Port port_;
    const std::size_t max_under_way_;
    const std::chrono::milliseconds time_to_resolve_;
    const Logger& log_;
    // A look-up may outlive the one for whom it was begun.
    std::shared_ptr<std::atomic<std::size_t>> under_way_ = std::make_shared<std::atomic<std::size_t>>(0);
    std::uint64_t raw_files_sent_ = 0;
    std::uint64_t not_sent_ = 0;
    std::uint64_t files_changed_ = 0;
    bool stopped_ = false;
};

}  // namespace gnutella::net
