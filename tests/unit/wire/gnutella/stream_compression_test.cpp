#include "wire/gnutella/bytes.hpp"
#include "wire/gnutella/inflate.hpp"
#include "wire/gnutella/stream_deflater.hpp"
#include "wire/gnutella/stream_inflater.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace gnutella::wire {
namespace {

using Inflating = StreamInflater::Outcome;

/// All that comes of some input, through a room of that size; and how it ended.
struct Inflated {
    Inflated(StreamInflater& inflater, std::string_view input, std::size_t room_size) {
        std::string room(room_size, '\0');
        do {
            const auto step = inflater.next(input, room);
            outcome = step.outcome;
            bytes.append(room, 0, step.produced);
            input.remove_prefix(step.consumed);
        } while (outcome == Inflating::more_room);
        rest = input;
    }
    std::string bytes;
    std::string rest;
    Inflating outcome = Inflating::more_input;
};

std::string messages(int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) {
        bytes += "message number " + std::to_string(i) + " of many that are much alike; ";
    }
    return bytes;
}

TEST(StreamCompression, WhatIsFlushedIsReadWhole) {
    StreamDeflater deflater;
    StreamInflater inflater;
    for (int round = 0; round < 20; ++round) {
        const std::string original = messages(round);
        std::string compressed;
        deflater.add(original, compressed);
        deflater.flush(compressed);
        EXPECT_EQ(deflater.waiting(), 0U);
        const Inflated inflated(inflater, compressed, 1 + static_cast<std::size_t>(round) * 37);
        EXPECT_EQ(inflated.bytes, original);
        EXPECT_EQ(inflated.outcome, Inflating::more_input);
        EXPECT_EQ(inflated.rest, "");
    }
}

TEST(StreamCompression, EndsWhereItIsFinished) {
    for (const int count : {0, 50}) {
        StreamDeflater deflater;
        std::string compressed;
        deflater.add(messages(count), compressed);
        deflater.finish(compressed);
        StreamInflater inflater;
        const Inflated inflated(inflater, compressed + "rest", 100);
        EXPECT_EQ(inflated.bytes, messages(count));
        EXPECT_EQ(inflated.outcome, Inflating::end);
        EXPECT_EQ(inflated.rest, "rest");
    }
}

TEST(StreamCompression, IsTheSameHoweverItIsCut) {
    StreamDeflater deflater;
    const std::string original = messages(50);
    std::string compressed;
    deflater.add(original, compressed);
    deflater.flush(compressed);
    for (const std::size_t piece : {1U, 2U, 7U, 100U}) {
        StreamInflater inflater;
        std::string bytes;
        for (std::size_t at = 0; at < compressed.size(); at += piece) {
            const Inflated inflated(inflater, std::string_view(compressed).substr(at, piece), 50);
            ASSERT_EQ(inflated.outcome, Inflating::more_input);
            bytes += inflated.bytes;
        }
        EXPECT_EQ(bytes, original);
    }
}

TEST(StreamCompression, LikeMessagesShrink) {
    StreamDeflater deflater;
    std::string compressed;
    const std::string original = messages(500);
    deflater.add(original, compressed);
    deflater.flush(compressed);
    EXPECT_LT(compressed.size(), original.size() / 5);
}

TEST(StreamCompression, WithoutAnythingNewAFlushWritesNothing) {
    StreamDeflater deflater;
    std::string compressed;
    deflater.flush(compressed);
    EXPECT_EQ(compressed, "");
    deflater.add("x", compressed);
    EXPECT_EQ(deflater.waiting(), 1U);
    deflater.flush(compressed);
    const std::size_t size = compressed.size();
    EXPECT_GT(size, 0U);
    deflater.flush(compressed);
    EXPECT_EQ(compressed.size(), size);
}

TEST(StreamCompression, ABombIsSeenSoonAndStaysSeen) {
    std::string bomb;
    deflate_whole(std::string(100'000'000, '\0'), bomb);
    StreamInflater inflater({.max_ratio = 100, .free_output = 1'000'000});
    const Inflated inflated(inflater, bomb, 64 * 1024);
    EXPECT_EQ(inflated.outcome, Inflating::too_dense);
    EXPECT_LT(inflated.bytes.size(), 1'200'000U);
    std::array<char, 10> room;
    const auto after = inflater.next(bomb, room);
    EXPECT_EQ(after.outcome, Inflating::too_dense);
    EXPECT_EQ(after.produced, 0U);
}

TEST(StreamCompression, WhatIsWithinTheRatioGoesOnForEver) {
    StreamDeflater deflater;
    StreamInflater inflater({.max_ratio = 100, .free_output = 10'000});
    for (int round = 0; round < 200; ++round) {
        std::string compressed;
        deflater.add(messages(20), compressed);
        deflater.flush(compressed);
        ASSERT_EQ(Inflated(inflater, compressed, 4096).outcome, Inflating::more_input) << round;
    }
}

TEST(StreamCompression, WhatIsNoStreamIsTold) {
    StreamInflater inflater;
    EXPECT_EQ(Inflated(inflater, "GNUTELLA/0.6 200 OK", 100).outcome, Inflating::bad_data);
    std::array<char, 10> room;
    EXPECT_EQ(inflater.next("more", room).outcome, Inflating::bad_data);
}

TEST(StreamCompression, AnEndIsTold) {
    std::string whole;
    deflate_whole("the end", whole);
    StreamInflater inflater;
    const Inflated inflated(inflater, whole + "rest", 100);
    EXPECT_EQ(inflated.outcome, Inflating::end);
    EXPECT_EQ(inflated.bytes, "the end");
    EXPECT_EQ(inflated.rest, "rest");
}

}  // namespace
}  // namespace gnutella::wire
