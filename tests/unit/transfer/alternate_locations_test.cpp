#include "transfer/alternate_locations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

AlternateLocation at(const std::string& endpoint) {
    return location_of(Endpoint::parse(endpoint).value()).value();
}

std::vector<AlternateLocation> parse(std::string_view value) {
    return parse_alternate_locations(value, 100);
}

wire::IpAddress address(const std::string& host) {
    return location_of({host, 1}).value().address;
}

TEST(AlternateLocations, AreReadAsGnutellaServentsWriteThem) {
    EXPECT_THAT(parse("1.2.3.4:6347, 5.6.7.8 ,9.9.9.9:1"),
                ElementsAre(at("1.2.3.4:6347"), at("5.6.7.8:6346"), at("9.9.9.9:1")));
    EXPECT_THAT(parse("http://1.2.3.4:6347/uri-res/N2R?urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"),
                ElementsAre(at("1.2.3.4:6347")));
}

TEST(AlternateLocations, AreReadBetweenWhatOthersSayOfThem) {
    // Who speaks TLS, as LimeWire began it; a servent behind push proxies; IPv6 (x-alt; IPv6, 5.6).
    EXPECT_THAT(parse("tls=7B,1.2.3.4:6346,5.6.7.8"), ElementsAre(at("1.2.3.4:6346"), at("5.6.7.8:6346")));
    EXPECT_THAT(parse("AEBAGBAFAYDQQCIKBMGA2DQPCA;pptls=8;9.9.9.9:1,1.2.3.4:6346"), ElementsAre(at("1.2.3.4:6346")));
    EXPECT_THAT(parse("[2001:db8::1]:6346, 1.2.3.4:6346"), ElementsAre(at("1.2.3.4:6346")));
}

TEST(AlternateLocations, AreReadAsTheyAreWritten) {
    const std::vector locations{at("1.2.3.4:6347"), at("223.0.0.255:65535"), at("10.0.0.1:1")};
    EXPECT_EQ(alternate_locations_text(std::span(locations).first(2)), "1.2.3.4:6347,223.0.0.255:65535");
    EXPECT_EQ(parse(alternate_locations_text(locations)), locations);
}

TEST(AlternateLocations, AreWithoutWhatIsNoHostInNumbers) {
    EXPECT_THAT(parse("example.org:80,localhost,1.2.3,1.2.3.4.5,1.2.3.256,01.2.3.4,1.2.3.4:0,1.2.3.4:65536,1.2.3.4:x,"
                      "1.2.3.4:,[::1]:80,0x7f.0.0.1,2130706433,,1.2.3.4 5,-1.2.3.4"),
                IsEmpty());
    EXPECT_THAT(parse("0.0.0.0:1,0.1.2.3:1,224.0.0.1:1,255.255.255.255:1"), IsEmpty()) << "nobody is there";
    EXPECT_THAT(parse("D9B7D2E1D1E5C5FF0E5A4B3A5D1C1A00;5:1.2.3.4:6346;6.7.8.9:1"), IsEmpty()) << "needs a push";
}

TEST(AlternateLocations, AreReadOnceEachAndNoMoreThanWanted) {
    EXPECT_THAT(parse_alternate_locations("1.1.1.1,2.2.2.2,1.1.1.1,3.3.3.3,4.4.4.4", 3),
                ElementsAre(at("1.1.1.1:6346"), at("2.2.2.2:6346"), at("3.3.3.3:6346")));
}

TEST(AlternateLocations, AreReadWithTheirKeysAsTheyAreWritten) {
    KeyHash key;
    key.bytes.fill(7);
    AlternateLocation with = at("1.2.3.4:6347");
    with.key = key;
    const std::vector locations{with, at("5.6.7.8:1")};
    const std::string text = quic_locations_text(locations);
    EXPECT_EQ(text, "1.2.3.4:6347=" + key.to_string()) << "only where there is a key";
    const auto read = parse_quic_locations(" " + text + " , 9.9.9.9:1=" + key.to_string(), 100);
    ASSERT_THAT(read, ElementsAre(with, at("9.9.9.9:1")));
    EXPECT_EQ(read.front().key, key);
    EXPECT_THAT(parse_quic_locations("1.2.3.4:1,1.2.3.4:1=,1.2.3.4:1=xyz,example.org:1=" + key.to_string() +
                                         ",=" + key.to_string() + ",1.2.3.4:1=" + key.to_string() + "a",
                                     100),
                IsEmpty());
    EXPECT_EQ(parse_quic_locations(text + ",5.6.7.8:1=" + key.to_string(), 1).size(), 1U);
}

TEST(AlternateLocations, OutsideAreFitForEverybody) {
    for (const char* who : {"8.8.8.8", "192.168.1.1", "127.0.0.1"}) {
        EXPECT_TRUE(is_fit_for(at("1.2.3.4:1"), address(who))) << who;
    }
    EXPECT_TRUE(is_fit_for(at("1.2.3.4:1"), std::nullopt));
}

TEST(AlternateLocations, InAPrivateNetworkAreFitForThoseInside) {
    for (const char* inside : {"10.0.0.1:1", "192.168.1.1:1", "172.16.0.1:1", "169.254.1.1:1"}) {
        EXPECT_FALSE(is_fit_for(at(inside), address("8.8.8.8"))) << inside;
        EXPECT_FALSE(is_fit_for(at(inside), std::nullopt)) << inside;
        EXPECT_TRUE(is_fit_for(at(inside), address("192.168.7.7"))) << inside;
        EXPECT_TRUE(is_fit_for(at(inside), address("127.0.0.1"))) << inside;
    }
}

TEST(AlternateLocations, OnLoopbackAreFitForThisHostAlone) {
    EXPECT_TRUE(is_fit_for(at("127.0.0.1:1"), address("127.0.0.2")));
    EXPECT_FALSE(is_fit_for(at("127.0.0.1:1"), address("192.168.1.1")));
    EXPECT_FALSE(is_fit_for(at("127.0.0.1:1"), address("8.8.8.8")));
    EXPECT_FALSE(is_fit_for(at("127.0.0.1:1"), std::nullopt));
}

}  // namespace
}  // namespace gnutella::transfer
