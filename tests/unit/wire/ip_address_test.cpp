#include "wire/ip_address.hpp"

#include <gtest/gtest.h>

#include <unordered_set>

namespace gnutella::wire {
namespace {

IpAddress v6(std::uint16_t first, std::uint16_t last) {
    IpAddress address;
    address.bytes[0] = static_cast<std::uint8_t>(first >> 8);
    address.bytes[1] = static_cast<std::uint8_t>(first);
    address.bytes[14] = static_cast<std::uint8_t>(last >> 8);
    address.bytes[15] = static_cast<std::uint8_t>(last);
    return address;
}

TEST(IpAddress, TellsTheFamiliesApart) {
    EXPECT_TRUE(IpAddress::v4({8, 8, 8, 8}).is_v4());
    EXPECT_FALSE(v6(0x2001, 1).is_v4());
    EXPECT_FALSE(IpAddress{}.is_v4());
}

TEST(IpAddress, KnowsLoopback) {
    EXPECT_TRUE(IpAddress::v4({127, 0, 0, 1}).is_loopback());
    EXPECT_TRUE(IpAddress::v4({127, 255, 255, 255}).is_loopback());
    EXPECT_TRUE(v6(0, 1).is_loopback());
    EXPECT_FALSE(IpAddress::v4({128, 0, 0, 1}).is_loopback());
    EXPECT_FALSE(IpAddress::v4({126, 255, 255, 255}).is_loopback());
    EXPECT_FALSE(IpAddress{}.is_loopback());
    EXPECT_FALSE(v6(0, 2).is_loopback());
    EXPECT_FALSE(v6(0x0100, 1).is_loopback());
}

TEST(IpAddress, LocalIsLoopbackPrivateOrLinkLocalToItsVeryEdges) {
    for (const auto& local :
         {IpAddress::v4({127, 0, 0, 1}), IpAddress::v4({10, 0, 0, 0}), IpAddress::v4({10, 255, 255, 255}),
          IpAddress::v4({172, 16, 0, 0}), IpAddress::v4({172, 31, 255, 255}), IpAddress::v4({192, 168, 0, 0}),
          IpAddress::v4({192, 168, 255, 255}), IpAddress::v4({169, 254, 0, 0}), IpAddress::v4({169, 254, 255, 255}),
          v6(0, 1), v6(0xFC00, 0), v6(0xFDFF, 0xFFFF), v6(0xFE80, 0), v6(0xFEBF, 0xFFFF)}) {
        EXPECT_TRUE(local.is_local());
    }
    for (const auto& public_one :
         {IpAddress{}, IpAddress::v4({0, 0, 0, 0}), IpAddress::v4({9, 255, 255, 255}), IpAddress::v4({11, 0, 0, 0}),
          IpAddress::v4({172, 15, 255, 255}), IpAddress::v4({172, 32, 0, 0}), IpAddress::v4({192, 167, 255, 255}),
          IpAddress::v4({192, 169, 0, 0}), IpAddress::v4({169, 253, 255, 255}), IpAddress::v4({169, 255, 0, 0}),
          IpAddress::v4({255, 255, 255, 255}), IpAddress::v4({224, 0, 0, 1}), v6(0xFBFF, 0xFFFF), v6(0xFE00, 0),
          v6(0xFE7F, 0xFFFF), v6(0xFEC0, 0), v6(0xFF02, 1), v6(0x2001, 1)}) {
        EXPECT_FALSE(public_one.is_local());
    }
}

TEST(IpAddress, HashesApart) {
    std::unordered_set<std::size_t> hashes;
    for (int last = 0; last < 256; ++last) {
        hashes.insert(IpAddressHash{}(IpAddress::v4({10, 0, 0, static_cast<std::uint8_t>(last)})));
    }
    EXPECT_EQ(hashes.size(), 256U);
}

}  // namespace
}  // namespace gnutella::wire
