#pragma once

#include "wire/ip_address.hpp"

#include <gnutella/guid.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gnutella::wire {

/// Takes fields from the front of bytes. Past the end it gives zeros and nothing, and ok() is false from there on, so
/// that a message is read straight through and looked at once. Numbers are little-endian (Gnutella 0.6, 2.2, note 2).
class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) noexcept : rest_(bytes) {}

    bool ok() const noexcept { return ok_; }
    std::string_view rest() const noexcept { return rest_; }

    std::string_view take(std::size_t size) noexcept {
        if (size > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::uint8_t u8() noexcept { return number<std::uint8_t>(); }
    std::uint16_t u16() noexcept { return number<std::uint16_t>(); }
    std::uint32_t u32() noexcept { return number<std::uint32_t>(); }

    /// Big-endian, as only a query's flags are.
    std::uint16_t u16_big_endian() noexcept {
        const std::uint16_t little = u16();
        return static_cast<std::uint16_t>(little << 8 | little >> 8);
    }

    Guid guid() noexcept {
        Guid guid;
        copy_to(guid.bytes);
        return guid;
    }
    IpAddress ipv4() noexcept {
        std::array<std::uint8_t, 4> bytes{};
        copy_to(bytes);
        return IpAddress::v4(bytes);
    }
    IpAddress ipv6() noexcept {
        IpAddress address;
        copy_to(address.bytes);
        return address;
    }

    /// The bytes up to a NUL, which is taken too.
    std::string_view text() noexcept {
        const std::size_t end = rest_.find('\0');
        if (end == std::string_view::npos) {
            return take(rest_.size() + 1);  // more than there is
        }
        const std::string_view taken = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return taken;
    }

  private:
    template <class Number>
    Number number() noexcept {
        const std::string_view bytes = take(sizeof(Number));
        Number number = 0;
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            number = static_cast<Number>(number | Number{static_cast<unsigned char>(bytes[at])} << 8 * at);
        }
        return number;
    }

    template <std::size_t size>
    void copy_to(std::array<std::uint8_t, size>& to) noexcept {
        const std::string_view bytes = take(size);
        std::copy(bytes.begin(), bytes.end(), to.begin());
    }

    std::string_view rest_;
    bool ok_ = true;
};

/// A number in as many little-endian bytes as it needs, as in GGEP "LF", "DU" and "CT".
/// @return nullopt when it has none, or more than eight.
inline std::optional<std::uint64_t> read_short_number(std::string_view bytes) noexcept {
    if (bytes.empty() || bytes.size() > sizeof(std::uint64_t)) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        number |= std::uint64_t{static_cast<unsigned char>(bytes[at])} << 8 * at;
    }
    return number;
}

}  // namespace gnutella::wire
