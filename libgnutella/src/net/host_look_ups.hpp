#pragma once

#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gnutella::net {

/// Looks hosts up by getaddrinfo(3), which nothing interrupts: on threads that nobody waits for, so that a name server
/// that does not answer holds up neither the end of the program, nor its other look-ups, as Asio's one thread would.
/// One for each execution context. Its functions may be called from any thread.
class HostLookUps final : public boost::asio::execution_context::service {
  public:
    inline static boost::asio::execution_context::id id;
    using Addresses = std::vector<boost::asio::ip::address>;

    explicit HostLookUps(boost::asio::execution_context& owner);
    ~HostLookUps() override;

    enum class Wanted : std::uint8_t {
        by_us,         ///< some at once
        by_strangers,  ///< one after another: theirs must not keep ours waiting
    };
    /// @param done called once, on some thread, with none where the host is unknown; dropped when the context goes
    ///     first. It must not block, nor call this.
    void start(std::string host, Wanted wanted, std::function<void(Addresses)> done);

    /// Has this look up, instead of the system, what is started from now on. It may be called by several threads at
    /// once, and after this is gone.
    void look_up_with(std::function<Addresses(const std::string& host)> look_up);

  private:
    struct State;
    void shutdown() override;

    std::shared_ptr<State> state_;
};

}  // namespace gnutella::net
