#include "transfer/own_location.hpp"

#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

Endpoint connection_of(const std::string& host) {
    return {host, 12345};  // the port of the connection, which is nobody's to ask
}

std::optional<Endpoint> told(const OwnPort& own, const std::string& near, const std::string& far) {
    const auto location = own_location(own, connection_of(near), connection_of(far));
    return location ? std::optional(endpoint_of(*location)) : std::nullopt;
}

TEST(OwnLocation, IsOurEndOfTheConnectionAndThePortThatWeListenOn) {
    EXPECT_EQ(told({6346}, "1.2.3.4", "5.6.7.8"), (Endpoint{"1.2.3.4", 6346}));
    EXPECT_EQ(told({6346}, "127.0.0.1", "127.0.0.1"), (Endpoint{"127.0.0.1", 6346}));
}

TEST(OwnLocation, IsWhatTheSettingsSay) {
    EXPECT_EQ(told({6346, "9.8.7.6"}, "192.168.1.2", "5.6.7.8"), (Endpoint{"9.8.7.6", 6346}));
}

TEST(OwnLocation, IsNotToldToWhomItIsOfNoUse) {
    EXPECT_EQ(told({0}, "1.2.3.4", "5.6.7.8"), std::nullopt) << "nobody listens";
    EXPECT_EQ(told({6346}, "192.168.1.2", "5.6.7.8"), std::nullopt) << "we are behind a NAT";
    EXPECT_EQ(told({6346}, "192.168.1.2", "192.168.1.3"), (Endpoint{"192.168.1.2", 6346}));
    EXPECT_EQ(told({6346, "example.org"}, "1.2.3.4", "5.6.7.8"), std::nullopt) << "X-Alt is for numbers";
    EXPECT_EQ(told({6346}, "2001:db8::1", "2001:db8::2"), std::nullopt) << "of IPv4";
    EXPECT_EQ(told({6346}, "", ""), std::nullopt) << "the connection is gone";
}

TEST(OwnLocation, IsWrittenWithTheKeyForThoseWhoKnowQuic) {
    auto location = own_location({6346}, connection_of("1.2.3.4"), connection_of("5.6.7.8")).value();
    EXPECT_EQ(alternate_location_fields(location), "X-Alt: 1.2.3.4:6346\r\n");
    location.key = KeyHash{};
    EXPECT_EQ(alternate_location_fields(location),
              "X-Alt: 1.2.3.4:6346\r\nX-Alt-Quic: 1.2.3.4:6346=" + KeyHash{}.to_string() + "\r\n");
}

TEST(FormerLocations, AreToldToThoseWhomTheyConcern) {
    const std::vector locations{location_of({"1.2.3.4", 5}).value(), location_of({"192.168.1.2", 6}).value()};
    EXPECT_EQ(former_location_fields(locations, {"192.168.1.3", 1}), "X-NAlt: 1.2.3.4:5,192.168.1.2:6\r\n");
    EXPECT_EQ(former_location_fields(locations, {"5.6.7.8", 1}), "X-NAlt: 1.2.3.4:5\r\n");
    EXPECT_EQ(former_location_fields({}, {"5.6.7.8", 1}), "");
}

}  // namespace
}  // namespace gnutella::transfer
