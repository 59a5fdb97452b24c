#include "overlay/host_cache.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Endpoint known{"10.0.0.1", 1};
const Endpoint b{"10.0.0.2", 2};
const Endpoint c{"10.0.0.3", 3};
const Endpoint d{"10.0.0.4", 4};

TEST(HostCache, PutsTheLatestReachedFirst) {
    HostCache hosts(10);
    hosts.reached(known);
    hosts.reached(b);
    EXPECT_THAT(hosts.all(), ElementsAre(b, known));
    hosts.reached(known);
    EXPECT_THAT(hosts.all(), ElementsAre(known, b));
}

TEST(HostCache, PutsThoseReachedBeforeThoseHeardOf) {
    HostCache hosts(10);
    hosts.heard_of(known);
    hosts.reached(b);
    hosts.heard_of(c);
    EXPECT_THAT(hosts.all(), ElementsAre(b, c, known));
    hosts.reached(known);
    EXPECT_THAT(hosts.all(), ElementsAre(known, b, c));
}

TEST(HostCache, HearingAgainChangesNothing) {
    HostCache hosts(10);
    hosts.reached(known);
    hosts.heard_of(b);
    hosts.heard_of(c);
    hosts.heard_of(b);
    hosts.heard_of(known);
    EXPECT_THAT(hosts.all(), ElementsAre(known, c, b));
}

TEST(HostCache, IsBounded) {
    HostCache hosts(100);
    for (std::uint16_t port = 1; port < 5'000; ++port) {
        hosts.heard_of({"10.0.0.1", port});
        ASSERT_LE(hosts.size(), 100U);
    }
    for (std::uint16_t port = 1; port < 5'000; ++port) {
        hosts.reached({"10.0.0.2", port});
        ASSERT_LE(hosts.size(), 100U);
    }
    EXPECT_EQ(hosts.all().size(), 100U);
}

TEST(HostCache, WhatIsHeardNeverDrivesOutWhatWasReached) {
    HostCache hosts(3);
    hosts.reached(known);
    hosts.reached(b);
    for (std::uint16_t port = 1; port < 100; ++port) {
        hosts.heard_of({"6.6.6.6", port});
    }
    EXPECT_THAT(hosts.all(), ElementsAre(b, known, Endpoint{"6.6.6.6", 99}));
    hosts.reached(c);
    EXPECT_THAT(hosts.all(), ElementsAre(c, b, known));
    hosts.heard_of(d);
    EXPECT_THAT(hosts.all(), ElementsAre(c, b, known));
}

TEST(HostCache, PutsTheFailedLast) {
    HostCache hosts(10);
    hosts.heard_of(c);
    hosts.reached(b);
    hosts.reached(known);
    hosts.failed(known);
    EXPECT_THAT(hosts.all(), ElementsAre(b, c, known));
    hosts.failed(d);
    EXPECT_THAT(hosts.all(), ElementsAre(b, c, known));
    hosts.reached(known);
    EXPECT_THAT(hosts.all(), ElementsAre(known, b, c));
}

TEST(HostCache, DoesNotTakeItself) {
    HostCache hosts(10);
    hosts.heard_of(known);
    hosts.is_self(known);
    EXPECT_THAT(hosts.all(), IsEmpty());
    hosts.heard_of(known);
    hosts.reached(known);
    EXPECT_THAT(hosts.all(), IsEmpty());
}

TEST(HostCache, DoesNotTakeWhatCannotBeConnectedTo) {
    HostCache hosts(10);
    hosts.reached({"10.0.0.1", 0});
    hosts.heard_of({"", 1});
    EXPECT_THAT(hosts.all(), IsEmpty());
}

TEST(HostCache, CountsWhatItHasNoRoomFor) {
    HostCache hosts(2);
    hosts.heard_of(known);
    hosts.reached(b);
    EXPECT_EQ(hosts.forgotten(), 0U);
    hosts.reached(c);
    EXPECT_EQ(hosts.forgotten(), 1U) << "who was only heard of";
    hosts.heard_of(d);
    EXPECT_EQ(hosts.forgotten(), 2U) << "it is not taken";
}

TEST(HostCache, ABoundOfNothingHoldsNothing) {
    HostCache hosts(0);
    hosts.reached(known);
    hosts.heard_of(b);
    EXPECT_THAT(hosts.all(), IsEmpty());
}

}  // namespace
}  // namespace gnutella::overlay
