#pragma once

#include "wire/ip_address.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace gnutella::wire {

/// The text of an address, without memory of its own elsewhere: "192.0.2.1" or "2001:db8::17".
class IpText {
  public:
    IpText() = default;
    /// IPv4 with dots; IPv6 as RFC 5952, 4, writes it, without brackets.
    explicit IpText(const IpAddress& address) noexcept;

    std::string_view view() const noexcept { return {characters_.data(), size_}; }

  private:
    void add(std::string_view text) noexcept;
    void add_number(unsigned number, int base) noexcept;
    void write_v4(const std::uint8_t* bytes) noexcept;
    void write_v6(const IpAddress& address) noexcept;

    std::array<char, 48> characters_{};
    std::size_t size_ = 0;
};

/// Reads an IPv4 address in four decimal numbers or an IPv6 address (RFC 4291, 2.2), without brackets.
/// @return nullopt for anything else: a name, a number out of range, a zone.
std::optional<IpAddress> parse_ip(std::string_view text) noexcept;

}  // namespace gnutella::wire
