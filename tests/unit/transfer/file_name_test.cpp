#include "transfer/file_name.hpp"
#include "utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnutella::transfer {
namespace {

const Urn sha1 = *Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");
const Urn tiger = *Urn::parse("urn:tree:tiger/:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

TEST(SafeFileName, LeavesAPlainNameAsItIs) {
    for (const char* name :
         {"report.pdf", "a", "Grüße aus Köln (2).tar.gz", "no extension", "-rf", "日本語.txt", "a.b.c"}) {
        EXPECT_EQ(safe_file_name(name), name);
    }
}

TEST(SafeFileName, IsTheLastComponentOfAPath) {
    EXPECT_EQ(safe_file_name("/etc/passwd"), "passwd");
    EXPECT_EQ(safe_file_name("../../.ssh/authorized_keys"), "authorized_keys");
    EXPECT_EQ(safe_file_name("C:\\Windows\\system.ini"), "system.ini");
    EXPECT_EQ(safe_file_name("mixed/and\\matched"), "matched");
}

TEST(SafeFileName, IsNeverHidden) {
    EXPECT_EQ(safe_file_name(".bashrc"), "bashrc");
    EXPECT_EQ(safe_file_name("...x"), "x");
    EXPECT_EQ(safe_file_name(" . x"), "x");
    EXPECT_EQ(safe_file_name("\x01.x"), "x") << "what is removed uncovers no dot";
}

TEST(SafeFileName, IsNeverEmpty) {
    for (const char* name : {"", ".", "..", "...", "/", "a/", "a/..", "\\", "   ", "\n", "\xE2\x80\xAE"}) {
        EXPECT_EQ(safe_file_name(name), "unnamed") << name;
    }
}

TEST(SafeFileName, HasNoControlCharactersAndNothingThatTurnsText) {
    EXPECT_EQ(safe_file_name("a\nb\x1b[31mc\x7f.txt"), "ab[31mc.txt");
    EXPECT_EQ(safe_file_name(std::string_view("a\0b", 3)), "ab");
    EXPECT_EQ(safe_file_name("annexe\u202Etxt.exe"), "annexetxt.exe");
    EXPECT_EQ(safe_file_name("a\u2028b\u0085c"), "abc");
}

TEST(SafeFileName, IsValidUtf8WhateverComes) {
    for (const char* name : {"latin1 \xE4\xF6\xFC.txt", "\xFF\xFE", "cut \xE2\x82", "overlong \xC0\xAF slash",
                             "surrogate \xED\xA0\x80", "\xF4\x90\x80\x80"}) {
        const std::string safe = safe_file_name(name);
        EXPECT_TRUE(is_utf8(safe)) << safe;
        EXPECT_EQ(safe.find('/'), std::string::npos);
    }
    EXPECT_EQ(safe_file_name("latin1 \xE4.txt"), "latin1 _.txt");
}

TEST(SafeFileName, IsCutBetweenCharactersAndKeepsItsExtension) {
    for (std::size_t length = 180; length <= 300; ++length) {
        for (const char* letter : {"a", "ß", "€", "😀"}) {
            std::string name;
            while (name.size() < length) {
                name += letter;
            }
            const std::string safe = safe_file_name(name + ".txt");
            EXPECT_LE(safe.size(), max_safe_name);
            EXPECT_TRUE(is_utf8(safe)) << safe;
            EXPECT_TRUE(safe.ends_with(".txt"));
            EXPECT_GE(safe.size(), std::min(max_safe_name, length) - 3);
        }
    }
}

TEST(SafeFileName, IsCutThoughItIsAllExtension) {
    EXPECT_EQ(safe_file_name("a." + std::string(300, 'x')).size(), max_safe_name);
}

TEST(PlainFileName, NamesAFileInTheFolderItself) {
    EXPECT_TRUE(is_plain_file_name("report.pdf"));
    EXPECT_TRUE(is_plain_file_name(".hidden"));
    EXPECT_TRUE(is_plain_file_name("..."));
    EXPECT_TRUE(is_plain_file_name(std::string(255, 'a')));
    for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("a/b"),
                                    std::string("/"), std::string("a\0b", 3), std::string(256, 'a')}) {
        EXPECT_FALSE(is_plain_file_name(name)) << name;
    }
}

TEST(PartFileName, IsHiddenAndNamesTheContent) {
    EXPECT_EQ(part_file_name("a.txt", sha1), ".a.txt.PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB.part");
    EXPECT_EQ(part_file_name("a.txt", tiger), ".a.txt.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.part");
    EXPECT_TRUE(part_file_name("a.txt", sha1).ends_with(part_file_suffix(sha1)));
}

TEST(PartFileName, FitsWhateverTheNameThatWasChosen) {
    EXPECT_EQ(part_file_name(std::string(255, 'a'), tiger).size(), 255);
    EXPECT_LE(part_file_name(safe_file_name(std::string(255, 'a')), tiger).size(), 255);
}

TEST(NumberedName, KeepsTheExtension) {
    EXPECT_EQ(numbered_name("name.txt", 1), "name (1).txt");
    EXPECT_EQ(numbered_name("name", 12), "name (12)");
    EXPECT_EQ(numbered_name(".hidden", 1), ".hidden (1)");
    EXPECT_EQ(numbered_name("name.", 1), "name (1).");
}

TEST(NumberedName, FitsWhateverTheNameThatWasChosen) {
    EXPECT_EQ(numbered_name(std::string(255, 'a'), 9999).size(), 255);
    EXPECT_TRUE(numbered_name(std::string(255, 'a'), 9999).ends_with(" (9999)"));
}

}  // namespace
}  // namespace gnutella::transfer
