#include "wire/gnutella/ggep.hpp"

#include "wire/gnutella/bytes.hpp"
#include "wire/gnutella/cobs.hpp"
#include "wire/gnutella/ggep_writer.hpp"
#include "wire/gnutella/inflate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory_resource>
#include <stdexcept>
#include <string>
#include <vector>

namespace gnutella::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The ids and values of a block, and how it ended.
struct Read {
    explicit Read(std::string_view block) {
        GgepReader reader(block);
        std::pmr::monotonic_buffer_resource memory;
        while (const auto extension = reader.next()) {
            const auto value = ggep_value(*extension, memory);
            items.push_back(std::string(extension->id) + "=" + (value ? std::string(*value) : "undecodable"));
        }
        broken = reader.broken();
        rest = reader.rest();
    }
    std::vector<std::string> items;
    bool broken = false;
    std::string rest;
};

TEST(Ggep, ReadsTheExtensionsOfABlock) {
    const Read read(
        bytes("\xC3\x02"
              "DU\x42\x10\x27\x83GUE\x41\x01"
              "rest"));
    EXPECT_THAT(read.items, ElementsAre("DU=\x10\x27", "GUE=\x01"));
    EXPECT_FALSE(read.broken);
    EXPECT_EQ(read.rest, "rest");
}

TEST(Ggep, ReadsBlocksPackedOneAgainstAnother) {
    const Read read(
        "\xC3\x81"
        "a\x40\xC3\x81"
        "b\x40");
    EXPECT_THAT(read.items, ElementsAre("a=", "b="));
    EXPECT_EQ(ggep_length("\xC3\x81"
                          "a\x40\xC3\x81"
                          "b\x40xyz"),
              8U);
}

TEST(Ggep, HasTheLengthsOfTheSpecification) {
    for (const auto& [length, code] : {std::pair<std::size_t, std::string>{0, "\x40"},
                                       {63, "\x7F"},
                                       {64, "\x81\x40"},
                                       {4095, "\xBF\x7F"},
                                       {4096, "\x81\x80\x40"},
                                       {262143, "\xBF\xBF\x7F"}}) {
        std::string block;
        GgepWriter(block).add("x", std::string(length, 'v'));
        EXPECT_EQ(block.substr(0, 3 + code.size()), "\xC3\x81x" + code) << length;
        EXPECT_THAT(Read(block).items, ElementsAre("x=" + std::string(length, 'v')));
    }
}

TEST(Ggep, WithoutABlockNothingIsRead) {
    EXPECT_THAT(Read("").items, IsEmpty());
    EXPECT_FALSE(Read("").broken);
    EXPECT_EQ(Read("urn:").rest, "urn:");
    EXPECT_FALSE(Read("urn:").broken);
}

TEST(Ggep, ABlockThatIsCutShortIsBrokenWherever) {
    const std::string block = bytes(
        "\xC3\x02"
        "DU\x42\x10\x27\x83GUE\x41\x01");
    for (std::size_t size = 1; size < block.size(); ++size) {
        EXPECT_TRUE(Read(block.substr(0, size)).broken) << size;
        EXPECT_EQ(ggep_length(block.substr(0, size)), 0U) << size;
    }
}

TEST(Ggep, HeadersThatCannotBeAreBroken) {
    EXPECT_TRUE(Read("\xC3\x80\x40").broken) << "an id without letters";
    EXPECT_TRUE(Read("\xC3\x91x\x40").broken) << "the reserved bit";
    EXPECT_TRUE(Read(bytes("\xC3\x81\0\x40")).broken) << "a NUL in the id";
    EXPECT_TRUE(Read(bytes("\xC3\x81x\0")).broken) << "a length of neither kind";
    EXPECT_TRUE(Read("\xC3\x81x\xC1v").broken) << "a length of both kinds";
    EXPECT_TRUE(Read("\xC3\x81x\x81\x80\x80\x40").broken) << "a length of four bytes";
    EXPECT_TRUE(Read("\xC3\x81x\xBF\xBF\x7Fv").broken) << "a length that lies";
}

TEST(Ggep, ValuesWithANulAreEncodedWhereNulsAreForbidden) {
    std::string block;
    GgepWriter write(block, GgepWriter::Nuls::forbidden);
    write.add("A", bytes("x\0y"));
    write.add("B", "plain");
    EXPECT_EQ(block.find('\0'), std::string::npos);
    EXPECT_THAT(Read(block).items, ElementsAre("A=" + bytes("x\0y"), "B=plain"));
    std::string as_it_is;
    GgepWriter(as_it_is).add("A", bytes("x\0y"));
    EXPECT_EQ(as_it_is, bytes("\xC3\x81"
                              "A\x43x\0y"));
}

TEST(Ggep, DeflatedValuesAreInflatedWithAndWithoutTheZlibHeader) {
    const std::string text(300, 'a');
    std::string block;
    GgepWriter(block).add_deflated("T", text);
    EXPECT_LT(block.size(), 40U);
    EXPECT_THAT(Read(block).items, ElementsAre("T=" + text));

    const auto zlib = find_ggep(block, "T");
    ASSERT_TRUE(zlib && zlib->deflated);
    GgepExtension raw = *zlib;
    raw.data = raw.data.substr(2, raw.data.size() - 6);  // without the header and the checksum of RFC 1950
    std::pmr::monotonic_buffer_resource memory;
    EXPECT_EQ(ggep_value(raw, memory), text);
}

TEST(Ggep, WhatDoesNotShrinkIsNotDeflated) {
    std::string block;
    GgepWriter(block).add_deflated("T", "abc");
    EXPECT_EQ(block,
              "\xC3\x81T\x43"
              "abc");
}

TEST(Ggep, ADeflatedValueMayBeEncodedToo) {
    std::string compressed;
    deflate_whole(std::string(2000, '\0'), compressed);
    ASSERT_NE(compressed.find('\0'), std::string::npos);
    std::string block;
    GgepWriter(block, GgepWriter::Nuls::forbidden).add({.id = "Z", .data = compressed, .deflated = true});
    EXPECT_EQ(block.find('\0'), std::string::npos);
    EXPECT_THAT(Read(block).items, ElementsAre("Z=" + std::string(2000, '\0')));
}

TEST(Ggep, ABombDoesNotGoOff) {
    std::string compressed;
    deflate_whole(std::string(10'000'000, '\0'), compressed);
    const GgepExtension bomb{.id = "B", .data = compressed, .deflated = true};
    std::array<std::byte, 64 * 1024> room;
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size(), std::pmr::null_memory_resource());
    EXPECT_EQ(ggep_value(bomb, memory), std::nullopt);
    std::array<char, 100> small;
    EXPECT_EQ(ggep_value(bomb, small), std::nullopt);
}

TEST(Ggep, AValueMayFillItsRoomAndNotMore) {
    std::string compressed;
    deflate_whole(std::string(100, 'x'), compressed);
    const GgepExtension extension{.id = "X", .data = compressed, .deflated = true};
    std::array<char, 100> enough;
    EXPECT_EQ(ggep_value(extension, enough), std::string(100, 'x'));
    std::array<char, 99> little;
    EXPECT_EQ(ggep_value(extension, little), std::nullopt);
    std::string cobs;
    encode_cobs(bytes("a\0b"), cobs);
    std::array<char, 3> three;
    std::array<char, 2> two;
    EXPECT_EQ(ggep_value({.id = "X", .data = cobs, .cobs = true}, three), bytes("a\0b"));
    EXPECT_EQ(ggep_value({.id = "X", .data = cobs, .cobs = true}, two), std::nullopt);
}

TEST(Ggep, AValueThatIsNotEncodedAsItSaysIsNone) {
    std::pmr::monotonic_buffer_resource memory;
    EXPECT_EQ(ggep_value({.id = "X", .data = "\x09x", .cobs = true}, memory), std::nullopt);
    EXPECT_EQ(ggep_value({.id = "X", .data = "not deflated", .deflated = true}, memory), std::nullopt);
    EXPECT_EQ(ggep_value({.id = "X", .data = "", .deflated = true}, memory), std::nullopt);
    std::string compressed;
    deflate_whole("the whole of it", compressed);
    for (std::size_t size = 0; size + 4 < compressed.size(); ++size) {  // the last four bytes are the checksum's
        const GgepExtension cut{.id = "X", .data = std::string_view(compressed).substr(0, size), .deflated = true};
        EXPECT_EQ(ggep_value(cut, memory), std::nullopt) << size;
    }
}

TEST(Ggep, ExtensionsThatWeDoNotKnowSurviveBeingWrittenAgain) {
    std::string compressed;
    deflate_whole(std::string(500, 'q'), compressed);
    std::string block;
    GgepWriter first(block);
    first.add("unknown", bytes("\1\0\2"));
    first.add({.id = "Z", .data = compressed, .deflated = true});
    first.add({.id = "C", .data = "\x03xy", .cobs = true});
    std::string again;
    GgepWriter second(again);
    GgepReader reader(block);
    while (const auto extension = reader.next()) {
        second.add(*extension);
    }
    EXPECT_EQ(again, block);
}

TEST(Ggep, WhatABlockCannotHoldIsNotWritten) {
    std::string block;
    GgepWriter write(block);
    EXPECT_THROW(write.add("", "x"), std::invalid_argument);
    EXPECT_THROW(write.add("sixteen letters.", "x"), std::invalid_argument);
    EXPECT_THROW(write.add(bytes("a\0"), "x"), std::invalid_argument);
    EXPECT_THROW(write.add("x", std::string(262144, 'x')), std::invalid_argument);
    EXPECT_EQ(block, "");
    EXPECT_NO_THROW(write.add("fifteen letters", "x"));
}

TEST(Ggep, FindsTheFirstOfAName) {
    std::string block;
    GgepWriter write(block);
    write.add("a", "1");
    write.add("b", "2");
    write.add("b", "3");
    EXPECT_EQ(find_ggep(block, "b")->data, "2");
    EXPECT_FALSE(find_ggep(block, "B"));
}

}  // namespace
}  // namespace gnutella::wire
