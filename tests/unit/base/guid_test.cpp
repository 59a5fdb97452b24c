#include <gnutella/guid.hpp>

#include <gtest/gtest.h>

#include <set>

namespace gnutella {
namespace {

TEST(Guid, ReadsAndWritesTheTextOfAUuid) {
    const auto guid = Guid::parse("00112233-4455-6677-8899-aabbccddeeff");
    ASSERT_TRUE(guid);
    EXPECT_EQ(guid->bytes[0], 0x00);
    EXPECT_EQ(guid->bytes[15], 0xFF);
    EXPECT_EQ(guid->to_string(), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(Guid, ReadsCapitals) {
    EXPECT_EQ(Guid::parse("00112233-4455-6677-8899-AABBCCDDEEFF"), Guid::parse("00112233-4455-6677-8899-aabbccddeeff"));
}

TEST(Guid, RefusesWhatIsNoUuid) {
    for (const char* text : {"", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeeff0",
                             "00112233x4455-6677-8899-aabbccddeeff", "0011223--4455-6677-8899-aabbccddeeff",
                             "g0112233-4455-6677-8899-aabbccddeeff", "<function uuid3 at 0x7f1234567890>__"}) {
        EXPECT_FALSE(Guid::parse(text)) << text;
    }
}

TEST(Guid, RandomOnesDifferAndAreVersion4) {
    std::set<Guid> seen;
    for (int i = 0; i < 1000; ++i) {
        const Guid guid = Guid::random();
        EXPECT_EQ(guid.bytes[6] >> 4, 4);
        EXPECT_EQ(guid.bytes[8] >> 6, 2);
        seen.insert(guid);
    }
    EXPECT_EQ(seen.size(), 1000U);
}

TEST(Guid, TheDefaultIsNil) {
    EXPECT_TRUE(Guid{}.is_nil());
    EXPECT_FALSE(Guid::random().is_nil());
}

}  // namespace
}  // namespace gnutella
