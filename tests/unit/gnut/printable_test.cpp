#include "printable.hpp"
#include "utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnut {
namespace {

TEST(Printable, LeavesOrdinaryNamesAlone) {
    EXPECT_EQ(printable("Mondscheinsonate (Für Elise) 月光.ogg"), "Mondscheinsonate (Für Elise) 月光.ogg");
    EXPECT_EQ(printable(""), "");
}

TEST(Printable, MakesEveryControlCharacterVisible) {
    for (unsigned value = 0; value < 256; ++value) {
        const std::string shown = printable(std::string(1, static_cast<char>(value)));
        for (const char letter : shown) {
            EXPECT_GE(static_cast<unsigned char>(letter), 0x20U) << value;
            EXPECT_LT(static_cast<unsigned char>(letter), 0x7FU) << value;
        }
    }
    EXPECT_EQ(printable("a\x1B]0;owned\x07.txt"), "a\\x1B]0;owned\\x07.txt");
    EXPECT_EQ(printable("two\nlines\tand\rmore"), "two\\nlines\\tand\\rmore");
    EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, MakesEightBitControlsVisibleInBothForms) {
    EXPECT_EQ(printable("\xC2\x9B"
                        "31m"),
              "\\u{9B}31m");  // U+009B is CSI to a UTF-8 terminal
    EXPECT_EQ(printable("\x9B"
                        "31m"),
              "\\x9B31m");  // a lone byte, to one that is not
}

TEST(Printable, MakesMarksThatTurnTextAroundVisible) {
    EXPECT_EQ(printable("photo\xE2\x80\xAEgpj.exe"), "photo\\u{202E}gpj.exe");
    EXPECT_EQ(printable("a\xE2\x80\xA8"
                        "b"),
              "a\\u{2028}b");
}

TEST(Printable, MakesBytesThatAreNotUtf8Visible) {
    EXPECT_EQ(printable("caf\xE9"), "caf\\xE9");
    EXPECT_EQ(printable("\xC0\xAF"), "\\xC0\\xAF");                    // an overlong "/"
    EXPECT_EQ(printable("\xED\xA0\x80"), "\\xED\\xA0\\x80");           // a surrogate
    EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80");  // beyond U+10FFFF
    EXPECT_EQ(printable("\xE6\x9C"), "\\xE6\\x9C");                    // cut off
}

TEST(Printable, PlainTextIsUtf8WithoutControls) {
    EXPECT_TRUE(is_plain_text("Grüße\n\tund\r\nmehr"));
    EXPECT_TRUE(is_plain_text(""));
    EXPECT_FALSE(is_plain_text("\x1B[2J"));
    EXPECT_FALSE(
        is_plain_text("\xC2\x9B"
                      "2J"));
    EXPECT_FALSE(is_plain_text("visible\rHIDDEN"));
    EXPECT_FALSE(is_plain_text("visible\r"));
    EXPECT_FALSE(is_plain_text("photo\xE2\x80\xAEgpj.exe"));
    EXPECT_FALSE(is_plain_text("caf\xE9"));
    EXPECT_FALSE(is_plain_text(std::string_view("a\0b", 3)));
}

TEST(Utf8, WhatIsNotValidIsReplaced) {
    EXPECT_EQ(valid_utf8("caf\xE9!"), "caf\xEF\xBF\xBD!");
    EXPECT_EQ(valid_utf8("日本"), "日本");
}

}  // namespace
}  // namespace gnut
