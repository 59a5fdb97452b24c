#pragma once

#include "wire/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gnutella::wire {

class GgepWriter;

struct PackedHost {
    IpAddress address;
    std::uint16_t port = 0;
    bool speaks_tls = false;

    friend bool operator==(const PackedHost&, const PackedHost&) = default;
};

/// A list of addresses and ports as GGEP "IPP", "ALT" and "PUSH" write it for IPv4, "IPP6", "ALT6" and "PUSH6" for IPv6
/// (IPv6-Ready, 2.2). A view: nothing is read before it is asked for.
class PackedHosts {
  public:
    enum class Family : std::uint8_t { v4, v6 };

    PackedHosts() = default;
    /// @param bytes six for each IPv4, eighteen for each IPv6; what is left over at the end counts for nothing.
    /// @param tls a bit for each host, the first the highest of the first byte; those that are not there are unset.
    PackedHosts(Family family, std::string_view bytes, std::string_view tls = {}) noexcept
        : bytes_(bytes), tls_(tls), family_(family) {}

    std::size_t size() const noexcept { return bytes_.size() / entry_size(); }
    bool empty() const noexcept { return size() == 0; }
    /// @param at less than size().
    PackedHost operator[](std::size_t at) const noexcept;

  private:
    std::size_t entry_size() const noexcept { return family_ == Family::v4 ? 6 : 18; }

    std::string_view bytes_;
    std::string_view tls_;
    Family family_ = Family::v4;
};

/// Adds those of one family as extension `id`, if there are any, and as `id`_TLS which of them speak TLS, if one does.
void add_hosts(GgepWriter& write, std::string_view id, PackedHosts::Family family, std::span<const PackedHost> hosts);

}  // namespace gnutella::wire
