#include <gnutella/key_hash.hpp>

#include <gtest/gtest.h>

namespace gnutella::test {
namespace {

TEST(KeyHash, HasATextOfFiftyTwoDigits) {
    KeyHash key;
    key.bytes[0] = 0xFF;
    key.bytes[31] = 1;
    const std::string text = key.to_string();
    EXPECT_EQ(text, "74aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaq");
    EXPECT_EQ(KeyHash::parse(text), key);
}

TEST(KeyHash, IsReadInEitherCaseAndInNoOtherForm) {
    const std::string text = KeyHash().to_string();
    EXPECT_TRUE(KeyHash::parse(std::string(52, 'A')));
    EXPECT_FALSE(KeyHash::parse(""));
    EXPECT_FALSE(KeyHash::parse(text.substr(1)));
    EXPECT_FALSE(KeyHash::parse(text + "a"));
    EXPECT_FALSE(KeyHash::parse("1" + text.substr(1)));
    EXPECT_FALSE(KeyHash::parse(text.substr(1) + "b"));  // a bit beyond the last byte
}

}  // namespace
}  // namespace gnutella::test
