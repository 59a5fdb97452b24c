#include "words.hpp"

#include <gtest/gtest.h>

namespace gnutella {
namespace {

using List = std::vector<std::string>;

List words(std::string_view text) {
    List list;
    split_words(text, list);
    return list;
}

TEST(Words, AreRunsOfLettersAndDigitsInLowerCase) {
    EXPECT_EQ(words("The Quick-Brown_Fox (2nd ed.).PDF"), (List{"the", "quick", "brown", "fox", "2nd", "ed", "pdf"}));
    EXPECT_EQ(words("azAZ09"), List{"azaz09"});
    EXPECT_EQ(words("@[`{/:"), List{});  // the neighbours of letters and digits in ASCII
}

TEST(Words, AreNoneInATextWithoutLetters) {
    EXPECT_EQ(words(""), List{});
    EXPECT_EQ(words(" \t.,-_!?"), List{});
    EXPECT_EQ(words("\xE2\x80\x94\xC2\xBF"), List{});  // em dash, inverted question mark
}

TEST(Words, ComeInTheirOrderAndAsOftenAsTheyStandThere) {
    EXPECT_EQ(words("b a b"), (List{"b", "a", "b"}));
}

TEST(Words, AreAppended) {
    List list{"first"};
    split_words("second", list);
    EXPECT_EQ(list, (List{"first", "second"}));
}

TEST(Words, AreFoundWithoutTheirAccents) {
    EXPECT_EQ(words("Bj\xC3\xB6rk"), List{"bjork"});
    EXPECT_EQ(words("Bjo\xCC\x88rk"), List{"bjork"});  // decomposed, as on a Mac
    EXPECT_EQ(words("CR\xC3\x88ME Br\xC3\xBBl\xC3\xA9"
                    "e"),
              (List{"creme", "brulee"}));
    EXPECT_EQ(words("Sm\xC3\xB8rrebr\xC3\xB8"
                    "d \xC5\x81\xC3\xB3"
                    "d\xC5\xBA"),
              (List{"smorrebrod", "lodz"}));
    EXPECT_EQ(words("\xD0\x99"), words("\xD0\xB8"));  // Cyrillic short I, I
    EXPECT_EQ(words("\xE1\xBB\x87"), List{"e"});      // Vietnamese: two accents on one letter
}

TEST(Words, AreFoundWithoutCaseInEveryScript) {
    EXPECT_EQ(words("stra\xC3\x9F"
                    "e"),
              List{"strasse"});
    EXPECT_EQ(words("STRASSE"), List{"strasse"});
    EXPECT_EQ(words("\xCE\x9F\xCE\x94\xCE\x9F\xCE\xA3"), words("\xCE\xBF\xCE\xB4\xCE\xBF\xCF\x82"));  // final sigma
    EXPECT_EQ(words("\xC4\xB0stanbul"), List{"istanbul"});  // capital I with dot
    EXPECT_EQ(words("k\xC4\xB1z"), List{"kiz"});            // small i without
}

TEST(Words, AreFoundInAnyCompatibilityForm) {
    EXPECT_EQ(words("\xEF\xBC\xA1\xEF\xBD\x82\xEF\xBC\x93"), List{"ab3"});  // fullwidth "Ab3"
    EXPECT_EQ(words("\xEF\xAC\x81le"), List{"file"});                       // the fi ligature
    EXPECT_EQ(words("x\xC2\xB2"), List{"x2"});
    EXPECT_EQ(words("\xE2\x84\xA1"), List{"tel"});  // the telephone sign: decomposes into capitals
}

TEST(Words, OfOtherScriptsKeepTheMarksThatMakeThem) {
    EXPECT_NE(words("\xE0\xA4\x95\xE0\xA4\xBF"), words("\xE0\xA4\x95"));  // Devanagari ki, ka
    EXPECT_NE(words("\xE3\x81\x8C"), words("\xE3\x81\x8B"));              // Hiragana ga, ka
    EXPECT_EQ(words("\xE3\x81\x8C").size(), 1U);
    EXPECT_EQ(words("\xD8\xA8\xD9\x8E"), words("\xD8\xA8"));  // Arabic: a vowel point may be left out
    EXPECT_EQ(words("\xED\x95\x9C"), words("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"));  // Hangul, composed or not
}

TEST(Words, AreNotCutByWhatCannotBeSeen) {
    EXPECT_EQ(words("soft\xC2\xADhyphen"), List{"softhyphen"});
    EXPECT_EQ(words("zero\xE2\x80\x8Dwidth"), List{"zerowidth"});
}

TEST(Words, AreSeparatedByBytesThatAreNotUtf8) {
    EXPECT_EQ(words("a\xFF"
                    "b"),
              (List{"a", "b"}));
    EXPECT_EQ(words("caf\xE9 noir"), (List{"caf", "noir"}));  // Latin-1
    EXPECT_EQ(words("a\xC3"), List{"a"});                     // cut in the middle
    EXPECT_EQ(words("a\xC0\xAF"
                    "b"),
              (List{"a", "b"}));  // overlong
    EXPECT_EQ(words("a\xED\xA0\x80"
                    "b"),
              (List{"a", "b"}));  // a surrogate
    EXPECT_EQ(words("a\xF4\x90\x80\x80"
                    "b"),
              (List{"a", "b"}));  // beyond Unicode
    EXPECT_EQ(words(std::string_view("a\0b", 3)), (List{"a", "b"}));
}

TEST(Words, OfEveryCharacterAreFoundAgainByThemselves) {
    // What a name is split into must be found by searching for just that.
    for (std::int32_t code = 0x80; code < 0x30000; ++code) {
        if (code >= 0xD800 && code < 0xE000) {
            continue;
        }
        std::string text;
        if (code < 0x800) {
            text = {static_cast<char>(0xC0 | code >> 6), static_cast<char>(0x80 | (code & 0x3F))};
        } else if (code < 0x10000) {
            text = {static_cast<char>(0xE0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3F)),
                    static_cast<char>(0x80 | (code & 0x3F))};
        } else {
            text = {static_cast<char>(0xF0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3F)),
                    static_cast<char>(0x80 | (code >> 6 & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
        }
        for (const std::string& word : words(text)) {
            ASSERT_EQ(words(word), List{word}) << std::hex << code;
        }
    }
}

TEST(Words, OfLongTextsAreAllThere) {
    std::string text;
    for (int word = 0; word < 1000; ++word) {
        text += "word" + std::to_string(word) + ' ';
    }
    const List list = words(text);
    ASSERT_EQ(list.size(), 1000U);
    EXPECT_EQ(list.back(), "word999");
}

}  // namespace
}  // namespace gnutella
