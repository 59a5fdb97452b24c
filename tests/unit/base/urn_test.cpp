#include <gnutella/urn.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace gnutella {
namespace {

// HUGE 0.94, section 3: the example of the specification.
constexpr const char* sha1_text = "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB";

TEST(Urn, ReadsAndWritesASha1) {
    const auto urn = Urn::parse(sha1_text);
    ASSERT_TRUE(urn);
    EXPECT_TRUE(urn->sha1());
    EXPECT_FALSE(urn->tiger());
    EXPECT_EQ(urn->to_string(), sha1_text);
    EXPECT_EQ((*urn->sha1())[0], 0x7A);  // "PL" is 01111 01011: 0111 1010
}

TEST(Urn, ReadsAndWritesATigerTreeRoot) {
    const std::string digits(38, 'B');
    const auto urn = Urn::parse("urn:tree:tiger/:" + digits + "A");
    ASSERT_TRUE(urn);
    EXPECT_TRUE(urn->tiger());
    EXPECT_FALSE(urn->sha1());
    EXPECT_EQ(urn->to_string(), "urn:tree:tiger/:" + digits + "A");
    EXPECT_EQ(Urn::parse("urn:tree:tiger:" + digits + "A"), urn);
}

TEST(Urn, ReadsABitprintInAnyCase) {
    std::string capitals = "URN:BITPRINT:plsthipqgsszts5fjupakuzwugyqypfb.";
    capitals += std::string(39, 'a');
    const auto urn = Urn::parse(capitals);
    ASSERT_TRUE(urn);
    EXPECT_TRUE(urn->sha1());
    EXPECT_TRUE(urn->tiger());
    EXPECT_EQ(urn->sha1_string(), sha1_text);
}

TEST(Urn, RefusesWhatNamesNoFile) {
    for (const std::string text :
         {"", "urn:", "urn:sha1:", "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPF",
          "urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFBA", "urn:sha1:1LSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB",
          "urn:md5:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB", "urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB",
          "PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB"}) {
        EXPECT_FALSE(Urn::parse(text)) << text;
    }
}

TEST(Urn, HasDigitsOfBase32InEachPlace) {
    const std::string_view digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const std::string good = "urn:bitprint:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB." + std::string(39, 'A');
    const std::size_t first = good.rfind(':') + 1;
    // But for the last, of which three bits must be zero.
    for (std::size_t place = first; place + 1 < good.size(); ++place) {
        if (good[place] == '.') {
            continue;
        }
        for (int byte = 0; byte < 256; ++byte) {
            std::string text = good;
            text[place] = static_cast<char>(byte);
            EXPECT_EQ(Urn::parse(text).has_value(), digits.find(text[place]) != std::string_view::npos)
                << place - first << " is " << byte;
        }
    }
}

TEST(Urn, AFileHasOneTextForItsTigerRoot) {
    // 39 digits hold 195 bits, of which the last three must be zero.
    EXPECT_TRUE(Urn::parse("urn:tree:tiger/:" + std::string(38, 'A') + "I"));
    EXPECT_FALSE(Urn::parse("urn:tree:tiger/:" + std::string(38, 'A') + "B"));
}

TEST(Urn, TheSameFileIsKnownByAnyHashThatBothHave) {
    Sha1 sha1{};
    sha1[0] = 1;
    TigerRoot tiger{};
    tiger[0] = 2;
    const Urn both(sha1, tiger);
    EXPECT_TRUE(both.same_file(Urn(sha1)));
    EXPECT_TRUE(both.same_file(Urn(tiger)));
    EXPECT_FALSE(Urn(sha1).same_file(Urn(tiger)));
    EXPECT_FALSE(both.same_file(Urn(sha1, TigerRoot{})));
    EXPECT_FALSE(both.same_file(Urn(Sha1{})));
}

TEST(Urn, ABitprintTakesTheWholeRange) {
    Sha1 sha1{};
    TigerRoot tiger{};
    sha1.fill(0xFF);
    tiger.fill(0xA5);
    const Urn urn(sha1, tiger);
    EXPECT_EQ(Urn::parse(urn.to_string()), urn);
}

}  // namespace
}  // namespace gnutella
