#pragma once

#include "wire/ip_address.hpp"

#include <gnutella/guid.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gnutella::wire {

/// Appends fields to bytes. Numbers are little-endian (Gnutella 0.6, 2.2, note 2).
class ByteWriter {
  public:
    explicit ByteWriter(std::string& bytes) noexcept : bytes_(bytes) {}

    void bytes(std::string_view bytes) { bytes_.append(bytes); }
    void u8(std::uint8_t number) { bytes_ += static_cast<char>(number); }
    void u16(std::uint16_t number) { put(number); }
    void u32(std::uint32_t number) { put(number); }
    void u16_big_endian(std::uint16_t number) { put(static_cast<std::uint16_t>(number << 8 | number >> 8)); }
    void guid(const Guid& guid) { put_array(guid.bytes); }
    void ipv6(const IpAddress& address) { put_array(address.bytes); }
    /// Of an address that is not IPv4, 127.0.0.0 (IPv6-Ready, 2.1).
    void ipv4(const IpAddress& address) {
        static constexpr std::string_view no_ipv4("\x7F\0\0\0", 4);
        bytes_.append(address.is_v4() ? std::string_view(reinterpret_cast<const char*>(&address.bytes[12]), 4)
                                      : no_ipv4);
    }

    /// In as few bytes as it needs, one at least.
    void short_number(std::uint64_t number) {
        do {
            bytes_ += static_cast<char>(number & 0xFF);
            number >>= 8;
        } while (number != 0);
    }

  private:
    template <class Number>
    void put(Number number) {
        for (std::size_t at = 0; at < sizeof number; ++at) {
            bytes_ += static_cast<char>(number >> 8 * at & 0xFF);
        }
    }

    template <std::size_t size>
    void put_array(const std::array<std::uint8_t, size>& from) {
        bytes_.append(reinterpret_cast<const char*>(from.data()), size);
    }

    std::string& bytes_;
};

}  // namespace gnutella::wire
