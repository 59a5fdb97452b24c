#include "wire/file_name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnutella::wire {
namespace {

TEST(FileName, IsAnyTextThatNamesAPlainFile) {
    for (const char* name : {"a", "report.pdf", "...", "..a", ".hidden", "a b", "caf\xC3\xA9.txt", "\xC2\xA0",
                             "\xE6\x97\xA5\xE6\x9C\xAC", "\xF0\x9F\x8E\xB5.mp3", "C:", "-rf", "\xC3\x80"}) {
        EXPECT_TRUE(is_plain_file_name(name)) << name;
    }
    EXPECT_TRUE(is_plain_file_name(std::string(1024, 'a')));
}

TEST(FileName, IsNoPath) {
    for (const char* name : {"", ".", "..", "/", "/etc/passwd", "../a", "a/b", "a/", "a\\b", "\\", "..\\a"}) {
        EXPECT_FALSE(is_plain_file_name(name)) << name;
    }
}

TEST(FileName, HoldsNoControlCharacter) {
    for (int byte = 0; byte < 0x20; ++byte) {
        EXPECT_FALSE(is_plain_file_name(std::string("a") + static_cast<char>(byte) + "b")) << byte;
    }
    EXPECT_FALSE(is_plain_file_name("a\x7F"));
    for (const char* name : {"\xC2\x80",
                             "\xC2\x9B"
                             "31m",
                             "a\xC2\x9F"}) {
        EXPECT_FALSE(is_plain_file_name(name)) << name;
    }
}

TEST(FileName, HasAtMostItsLength) {
    EXPECT_FALSE(is_plain_file_name(std::string(max_file_name_length + 1, 'a')));
}

}  // namespace
}  // namespace gnutella::wire
