#include "wire/gnutella/header_block.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gnutella::wire {
namespace {

HeaderBlock block_of(std::string_view text) {
    HeaderBlockReader reader;
    const auto step = reader.feed(text);
    EXPECT_EQ(step.outcome, HeaderBlockReader::Outcome::complete) << text;
    return reader.block();
}

HeaderBlockReader::Outcome outcome_of(std::string_view text, HeaderLimits limits = {}) {
    return HeaderBlockReader(limits).feed(text).outcome;
}

// Gnutella 0.6, 2.1.
TEST(HeaderBlock, ReadsContinuationsAsTheSpecificationShows) {
    const HeaderBlock block = block_of(
        "GNUTELLA CONNECT/0.6\r\n"
        "First-Field: this is the value of the first field\r\n"
        "Second-Field: this is the value\r\n"
        "    of the\r\n"
        "\tsecond field\r\n\r\n");
    EXPECT_EQ(block.first_line(), "GNUTELLA CONNECT/0.6");
    EXPECT_EQ(block.value("First-Field"), "this is the value of the first field");
    EXPECT_EQ(block.value("Second-Field"), "this is the value of the second field");
}

TEST(HeaderBlock, JoinsRepeatedHeadersInTheirOrder) {
    const HeaderBlock block = block_of("x\r\nField: first\r\nOther: y\r\nfield: second\r\n third\r\n\r\n");
    EXPECT_EQ(block.value("Field"), "first,second third");
    EXPECT_EQ(block.size(), 2U);
}

TEST(HeaderBlock, NamesHaveNoCaseAndMayHaveSpacesBehind) {
    const HeaderBlock block = block_of("x\r\nGGEP : 0.5\r\nX-ULTRAPEER:True\r\nEmpty:\r\n\r\n");
    EXPECT_EQ(block.value("ggep"), "0.5");
    EXPECT_EQ(block.value("x-UltraPeer"), "True");
    EXPECT_TRUE(block.has("Empty"));
    EXPECT_EQ(block.value("Empty"), "");
    EXPECT_FALSE(block.has("X-Ultra"));
    EXPECT_EQ(block.value("X-Ultra"), "");
}

TEST(HeaderBlock, LinesMayEndWithoutCr) {
    EXPECT_EQ(block_of("GNUTELLA CONNECT/0.4\n\n").first_line(), "GNUTELLA CONNECT/0.4");
    EXPECT_EQ(block_of("x\nA: b\n\n").value("A"), "b");
}

TEST(HeaderBlock, IsTheSameHoweverItIsCut) {
    const std::string text = "GNUTELLA CONNECT/0.6\r\nA: one\r\n two\r\nB: three\r\n\r\nmessages";
    for (std::size_t piece = 1; piece < text.size(); ++piece) {
        HeaderBlockReader reader;
        std::size_t at = 0;
        HeaderBlockReader::Step step;
        while (step.outcome == HeaderBlockReader::Outcome::incomplete && at < text.size()) {
            step = reader.feed(std::string_view(text).substr(at, piece));
            at += step.consumed;
        }
        ASSERT_EQ(step.outcome, HeaderBlockReader::Outcome::complete) << piece;
        EXPECT_EQ(text.substr(at), "messages") << "what comes behind is not the block's";
        EXPECT_EQ(reader.block().value("A"), "one two");
        EXPECT_EQ(reader.block().value("B"), "three");
    }
}

TEST(HeaderBlock, HasBounds) {
    const std::string head = "x\r\n";
    EXPECT_EQ(outcome_of(std::string(64 * 1024, 'x')), HeaderBlockReader::Outcome::too_large) << "a line without end";
    std::string many = head;
    while (many.size() < 64 * 1024) {
        many += "A: b\r\n";
    }
    EXPECT_EQ(outcome_of(many), HeaderBlockReader::Outcome::too_large) << "headers without end";
    std::string continued = head + "A: b\r\n";
    for (int i = 0; i < 200; ++i) {
        continued += " c\r\n";
    }
    EXPECT_EQ(outcome_of(continued), HeaderBlockReader::Outcome::too_large) << "a header without end";
    EXPECT_EQ(outcome_of("x\r\nA: 1\r\n\r\n", {.max_size = 11, .max_lines = 3}), HeaderBlockReader::Outcome::complete);
    EXPECT_EQ(outcome_of("x\r\nA: 1\r\n\r\n", {.max_size = 10, .max_lines = 3}), HeaderBlockReader::Outcome::too_large);
    EXPECT_EQ(outcome_of("x\r\nA: 1\r\n\r\n", {.max_size = 11, .max_lines = 2}), HeaderBlockReader::Outcome::too_large);
}

TEST(HeaderBlock, LinesThatAreNoHeadersAreMalformed) {
    EXPECT_EQ(outcome_of("x\r\nno colon\r\n"), HeaderBlockReader::Outcome::malformed);
    EXPECT_EQ(outcome_of("x\r\n: value\r\n"), HeaderBlockReader::Outcome::malformed);
    EXPECT_EQ(outcome_of("x\r\na name: value\r\n"), HeaderBlockReader::Outcome::malformed);
    EXPECT_EQ(outcome_of("x\r\n continues nothing\r\n"), HeaderBlockReader::Outcome::malformed);
    EXPECT_EQ(outcome_of(std::string_view("x\r\nA: a\0b\r\n", 11)), HeaderBlockReader::Outcome::malformed);
    EXPECT_EQ(outcome_of(std::string_view("x\0\r\n", 4)), HeaderBlockReader::Outcome::malformed);
}

TEST(HeaderBlock, ThereMayBeOneAfterTheOther) {
    HeaderBlockReader reader;
    ASSERT_EQ(reader.feed("one\r\nA: 1\r\n\r\n").outcome, HeaderBlockReader::Outcome::complete);
    reader.reset();
    ASSERT_EQ(reader.feed("two\r\nB: 2\r\n\r\n").outcome, HeaderBlockReader::Outcome::complete);
    EXPECT_EQ(reader.block().first_line(), "two");
    EXPECT_FALSE(reader.block().has("A"));
    EXPECT_EQ(reader.block().value("B"), "2");
}

}  // namespace
}  // namespace gnutella::wire
