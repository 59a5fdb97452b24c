#include "wire/message_id.hpp"

#include <gtest/gtest.h>

namespace gnutella::wire {
namespace {

TEST(MessageId, OfAUuidIsItsBytes) {
    const auto uuid = Guid::parse("00112233-4455-6677-8899-aabbccddeeff");
    EXPECT_EQ(guid_of_id("00112233-4455-6677-8899-AABBCCDDEEFF"), *uuid);
}

TEST(MessageId, OfAnyOtherTextIsTheBeginningOfItsSha1) {
    // printf '<function uuid3 at 0x7f1234567890>' | sha1sum
    EXPECT_EQ(guid_of_id("<function uuid3 at 0x7f1234567890>").to_string(), "40397263-0361-7d77-fa30-3d6334118e27");
    // FIPS 180-4's example
    EXPECT_EQ(guid_of_id("abc").to_string(), "a9993e36-4706-816a-ba3e-25717850c26c");
}

}  // namespace
}  // namespace gnutella::wire
