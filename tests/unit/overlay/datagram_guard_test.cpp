#include "overlay/datagram_guard.hpp"
#include "some_values.hpp"

#include <gtest/gtest.h>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;
using Verdict = DatagramGuard::Verdict;
using wire::IpAddress;

const IpAddress open_net = IpAddress::v4({198, 51, 100, 7});
const IpAddress home_net = IpAddress::v4({192, 168, 1, 7});

TEST(DatagramGuard, LetsAnswersGoToLocalAddresses) {
    DatagramGuard guard(10, 1'000);
    EXPECT_EQ(guard.allow(IpAddress::v4({127, 0, 0, 1}), start), Verdict::allowed);
    EXPECT_EQ(guard.allow(home_net, start), Verdict::allowed);
    EXPECT_EQ(guard.allow(IpAddress::v4({169, 254, 3, 4}), start), Verdict::allowed);
}

TEST(DatagramGuard, LetsAnswersGoToAPublicAddressOnlyWhileASessionLeadsThere) {
    DatagramGuard guard(10, 1'000);
    EXPECT_EQ(guard.allow(open_net, start), Verdict::refused);
    guard.session_opened(open_net);
    guard.session_opened(open_net);
    EXPECT_EQ(guard.allow(open_net, start), Verdict::allowed);
    EXPECT_EQ(guard.allow(IpAddress::v4({198, 51, 100, 8}), start), Verdict::refused);
    guard.session_closed(open_net);
    EXPECT_EQ(guard.allow(open_net, start), Verdict::allowed);
    guard.session_closed(open_net);
    EXPECT_EQ(guard.allow(open_net, start), Verdict::refused);
}

TEST(DatagramGuard, NeverLetsMoreThanTheBoundGoWithinASecond) {
    DatagramGuard guard(10, 1'000);
    std::vector<TimePoint> sent;
    for (TimePoint now = start; now < start + 10s; now += 7ms) {
        if (guard.allow(home_net, now) == Verdict::allowed) {
            sent.push_back(now);
        }
    }
    EXPECT_EQ(sent.size(), 100U);
    for (std::size_t at = 10; at < sent.size(); ++at) {
        EXPECT_GE(sent[at] - sent[at - 10], 1s);
    }
}

TEST(DatagramGuard, CountsEachAddressByItself) {
    DatagramGuard guard(1, 1'000);
    EXPECT_EQ(guard.allow(home_net, start), Verdict::allowed);
    EXPECT_EQ(guard.allow(home_net, start), Verdict::excess);
    EXPECT_EQ(guard.allow(IpAddress::v4({192, 168, 1, 8}), start), Verdict::allowed);
}

TEST(DatagramGuard, RefusesRatherThanRememberAddressesWithoutBound) {
    DatagramGuard guard(10, 1'000);
    std::size_t allowed = 0;
    const auto flood = [&](TimePoint now) {
        allowed = 0;
        for (int host = 0; host < 5'000; ++host) {
            const auto high = static_cast<std::uint8_t>(host / 256);
            const auto low = static_cast<std::uint8_t>(host % 256);
            allowed += guard.allow(IpAddress::v4({10, 0, high, low}), now) == Verdict::allowed ? 1 : 0;
        }
    };
    flood(start);
    EXPECT_EQ(allowed, 1'000U);
    flood(start + 2s);
    EXPECT_EQ(allowed, 1'000U);
    EXPECT_EQ(guard.allow(home_net, start + 4s), Verdict::allowed);
}

TEST(DatagramGuard, ABoundOfNothingLetsNothingGo) {
    DatagramGuard guard(0, 1'000);
    EXPECT_EQ(guard.allow(home_net, start), Verdict::excess);
}

}  // namespace
}  // namespace gnutella::overlay
