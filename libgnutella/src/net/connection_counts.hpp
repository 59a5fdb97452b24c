#pragma once

#include "wire/ip_address.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace gnutella::net {

/// How many accepted connections each address has, so that one host cannot take all there are. Thread-safe.
class ConnectionCounts : public std::enable_shared_from_this<ConnectionCounts> {
  public:
    explicit ConnectionCounts(std::size_t most_per_address) : most_per_address_(most_per_address) {}

    /// A ticket, to be kept as long as the connection stands; null when the address has too many. Loopback is not
    /// counted.
    std::shared_ptr<void> admit(const wire::IpAddress& address);

  private:
    void release(const wire::IpAddress& address);

    const std::size_t most_per_address_;
    std::mutex mutex_;
    std::unordered_map<wire::IpAddress, std::size_t, wire::IpAddressHash> counts_;
};

}  // namespace gnutella::net
