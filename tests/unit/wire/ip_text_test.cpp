#include "wire/ip_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnutella::wire {
namespace {

std::string written(std::string_view text) {
    const auto address = parse_ip(text);
    return address ? std::string(IpText(*address).view()) : "none";
}

TEST(IpText, WritesWhatItReads) {
    for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::17", "1::", "fe80::1:2",
                             "1:2:3:4:5:6:7:8", "2001:db8:0:1:1:1:1:1"}) {
        EXPECT_EQ(written(text), text);
    }
}

TEST(IpText, WritesTheShortestForm) {
    EXPECT_EQ(written("2001:0DB8:0:0:0:0:0:0017"), "2001:db8::17");
    EXPECT_EQ(written("1:0:0:2:0:0:0:3"), "1:0:0:2::3");
    EXPECT_EQ(written("1:0:0:2:3:0:0:4"), "1::2:3:0:0:4");
    EXPECT_EQ(written("::ffff:192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(written("64:ff9b::192.0.2.33"), "64:ff9b::c000:221");
}

TEST(IpText, ReadsNothingElse) {
    for (const char* text : {"",
                             "host",
                             "1.2.3",
                             "1.2.3.4.5",
                             "1.2.3.256",
                             "1.2.3.0004",
                             "1.2.3.",
                             ".1.2.3",
                             "1.2.3.-4",
                             " 1.2.3.4",
                             ":",
                             ":::",
                             "1:2:3:4:5:6:7",
                             "1:2:3:4:5:6:7:8:9",
                             "1::2::3",
                             "12345::",
                             "1:2:3:4:5:6:7:8::",
                             "::1%eth0",
                             "[::1]",
                             "1:",
                             ":1",
                             "1.2.3.4::",
                             "1:2:3:4:5:6:7:1.2.3.4",
                             "g::"}) {
        EXPECT_EQ(written(text), "none") << text;
    }
}

}  // namespace
}  // namespace gnutella::wire
