#include "wire/gnutella/vendor_codes.hpp"

#include <gtest/gtest.h>

namespace gnutella::wire {
namespace {

TEST(VendorCodes, NameAProgramAndAProgramIsNamedByItsCode) {
    EXPECT_EQ(client_name("GTKG"), "gtk-gnutella");
    EXPECT_EQ(client_name("ABCD"), "ABCD");
    EXPECT_EQ(client_name(std::string_view("AB\x01\x1b", 4)), "");
    EXPECT_EQ(vendor_code_of("gtk-gnutella"), "GTKG");
    EXPECT_EQ(vendor_code_of("gtk-gnutella/1.2.3 (2022-02-25; GTK2; Linux x86_64)"), "GTKG");
    EXPECT_EQ(vendor_code_of("libgnutella/0.1.0"), "LGNU");
    EXPECT_EQ(vendor_code_of("ABCD"), "ABCD");
}

TEST(VendorCodes, OfAProgramThatHasNoneIsOurs) {
    for (const std::string_view client : {"", "my program/2", "ab", "a b!", "\x1b[2J", "gtk-gnutellas"}) {
        EXPECT_EQ(vendor_code_of(client), "LGNU") << client;
    }
}

}  // namespace
}  // namespace gnutella::wire
