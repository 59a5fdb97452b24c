#pragma once

#include <cstdint>

namespace gnutella::wire {

/// What an asker can do, bit by bit of a query's "minimum speed" (proposal "New Interpretation of the MinSpeed field",
/// whose byte order is big-endian, and those that came after it).
enum class QueryFlag : std::uint16_t {
    marked = 0x8000,        ///< the field holds these flags, not a speed
    firewalled = 0x4000,    ///< the asker cannot be connected to
    wants_xml = 0x2000,     ///< hits may carry XML
    leaf_guided = 0x1000,   ///< the asker tells its ultrapeer how many hits it has (leaf guided queries)
    reads_ggep_h = 0x0800,  ///< hits may carry hashes in GGEP "H"
    out_of_band = 0x0400,   ///< hits may come over UDP, to the address in the query's id
    firewall_to_firewall = 0x0200,
    semi_reliable_udp = 0x0100,
};

/// The field as it is written. Without `marked` it is a minimum speed, which nobody heeds.
class QueryFlags {
  public:
    constexpr QueryFlags() = default;
    explicit constexpr QueryFlags(std::uint16_t bits) : bits_(bits) {}

    constexpr std::uint16_t bits() const { return bits_; }
    constexpr bool has(QueryFlag flag) const {
        constexpr auto mark = static_cast<unsigned>(QueryFlag::marked);
        const unsigned needed = mark | static_cast<unsigned>(flag);
        return (bits_ & needed) == needed;
    }
    /// Also marks the field as one of flags.
    constexpr QueryFlags with(QueryFlag flag) const {
        return QueryFlags(
            static_cast<std::uint16_t>(bits_ | static_cast<unsigned>(QueryFlag::marked) | static_cast<unsigned>(flag)));
    }

    friend constexpr bool operator==(QueryFlags, QueryFlags) = default;

  private:
    std::uint16_t bits_ = 0;
};

}  // namespace gnutella::wire
