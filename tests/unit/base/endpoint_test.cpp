#include <gnutella/endpoint.hpp>

#include <gtest/gtest.h>

namespace gnutella {
namespace {

TEST(Endpoint, ReadsNamesAndAddresses) {
    EXPECT_EQ(Endpoint::parse("DESKTOP-3T:8025"), (Endpoint{"DESKTOP-3T", 8025}));
    EXPECT_EQ(Endpoint::parse("127.0.0.1:1"), (Endpoint{"127.0.0.1", 1}));
    EXPECT_EQ(Endpoint::parse("[2001:db8::1]:65535"), (Endpoint{"2001:db8::1", 65535}));
    EXPECT_EQ(Endpoint::parse("[::1]"), (Endpoint{"::1", default_port}));
    EXPECT_EQ(Endpoint::parse("::1"), (Endpoint{"::1", default_port}));
    EXPECT_EQ(Endpoint::parse("localhost"), (Endpoint{"localhost", default_port}));
}

TEST(Endpoint, RefusesWhatCannotBeConnectedTo) {
    for (const std::string text : {"", ":", ":8025", "host:", "host:0", "host:65536", "host:80x", "host:-1", "[::1",
                                   "[::1]8025", "[]:80", "a b:80", "a\n:80", "host: 80"}) {
        EXPECT_FALSE(Endpoint::parse(text)) << text;
    }
    EXPECT_FALSE(Endpoint::parse(std::string(256, 'a')));
}

TEST(Endpoint, WritesWhatItReads) {
    for (const std::string text : {"host:1", "1.2.3.4:8025", "[2001:db8::1]:443"}) {
        EXPECT_EQ(Endpoint::parse(text)->to_string(), text);
    }
}

}  // namespace
}  // namespace gnutella
