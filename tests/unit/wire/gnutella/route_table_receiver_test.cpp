#include "wire/gnutella/route_table_receiver.hpp"

#include "wire/gnutella/bytes.hpp"
#include "wire/gnutella/gnutella_decoder.hpp"
#include "wire/gnutella/inflate.hpp"
#include "wire/gnutella/route_table_patches.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory_resource>
#include <string>
#include <vector>

namespace gnutella::wire {
namespace {

using Received = RouteTableReceiver::Outcome;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Lets it receive a message's bytes.
Received receive(RouteTableReceiver& receiver, std::string_view message) {
    std::pmr::monotonic_buffer_resource memory;
    Message decoded;
    if (GnutellaDecoder().next(message, memory, decoded).outcome != DecodeOutcome::message) {
        ADD_FAILURE() << "no message";
        return Received::bad_data;
    }
    if (const auto* reset = std::get_if<RouteTableReset>(&decoded.body)) {
        return receiver.receive(*reset);
    }
    return receiver.receive(std::get<RouteTablePatch>(decoded.body));
}

std::vector<std::size_t> entries(const RouteTableReceiver& receiver) {
    std::vector<std::size_t> entries;
    for (std::size_t at = 0; receiver.table() != nullptr && at < receiver.table()->size(); ++at) {
        if ((*receiver.table())[at]) {
            entries.push_back(at);
        }
    }
    return entries;
}

RouteTablePatch patch(int number, int count, int compressor, int bits, std::string_view data) {
    RouteTablePatch patch;
    patch.number = static_cast<std::uint8_t>(number);
    patch.count = static_cast<std::uint8_t>(count);
    patch.compressor = static_cast<std::uint8_t>(compressor);
    patch.entry_bits = static_cast<std::uint8_t>(bits);
    patch.data = data;
    return patch;
}

// The examples of Query Routing 0.6, Appendix B: "test" (2) is added, then "qrp" (6; the text says 7, its bytes do
// not), then "test" is taken away. Each step is one or two messages.
using Example = std::vector<std::vector<std::string>>;

void check(const Example& example) {
    RouteTableReceiver receiver;
    ASSERT_EQ(receive(receiver, hex(example[0][0])), Received::more);
    EXPECT_EQ(receiver.table(), nullptr);
    const std::vector<std::vector<std::size_t>> expected{{2}, {2, 6}, {6}};
    for (std::size_t step = 1; step < example.size(); ++step) {
        for (std::size_t at = 0; at < example[step].size(); ++at) {
            const bool last = at + 1 == example[step].size();
            EXPECT_EQ(receive(receiver, hex(example[step][at])), last ? Received::complete : Received::more);
        }
        EXPECT_EQ(entries(receiver), expected[step - 1]);
    }
}

TEST(RouteTableReceiver, ReadsTheSpecificationsExampleOfEightBits) {
    check({{"85 d9 76 4d bf 2 1d 9a ff 72 e7 21 c3 40 dd 0 30 1 0 6 0 0 0 0 8 0 0 0 7"},
           {"a9 ab 9b 14 c1 1e 52 aa ff b4 b4 41 75 6d 29 0 30 1 0 d 0 0 0 1 1 1 0 8 0 0 fa 0 0 0 0 0"},
           {"d6 c4 b4 21 36 d0 ae 94 ff 56 7 e9 58 dd 72 0 30 1 0 d 0 0 0 1 1 1 0 8 0 0 0 0 0 0 fa 0"},
           {"3a e4 59 89 ae 3b 67 8a ff 96 95 66 e8 b2 b9 0 30 1 0 d 0 0 0 1 1 1 0 8 0 0 6 0 0 0 0 0"}});
}

TEST(RouteTableReceiver, ReadsTheSpecificationsExampleOfFourBits) {
    check({{"3f 7c 5a 8c 14 8a 38 22 ff bf 3b 76 5e 86 c6 0 30 1 0 6 0 0 0 0 8 0 0 0 7"},
           {"50 4a bb d7 c0 ea 68 68 ff ef 55 65 31 2f 39 0 30 1 0 9 0 0 0 1 1 1 0 4 0 a0 0 0"},
           {"5d 34 5b 67 f3 60 e 9c ff bc 26 79 5a 31 d2 0 30 1 0 9 0 0 0 1 1 1 0 4 0 0 0 a0"},
           {"f4 26 fa 2d b6 cc 23 7f ff ab 87 ef 6f 3a 93 0 30 1 0 9 0 0 0 1 1 1 0 4 0 60 0 0"}});
}

TEST(RouteTableReceiver, ReadsTheSpecificationsExampleThatIsSplit) {
    check({{"7e a1 67 2f 86 3b 9 8b ff a2 cd 26 88 4d 84 0 30 1 0 6 0 0 0 0 8 0 0 0 7"},
           {"a0 71 1 1f b1 e7 9e 63 ff f0 8a 60 c0 5a c 0 30 1 0 7 0 0 0 1 1 2 0 4 0 a0",
            "d 1b e6 71 eb 26 9c f ff 10 60 7f 31 72 41 0 30 1 0 7 0 0 0 1 2 2 0 4 0 0"},
           {"c7 ed 3d ca 3e ab 1d 5e ff e8 d6 5 1b 71 f6 0 30 1 0 7 0 0 0 1 1 2 0 4 0 0",
            "10 28 ad 5c fb 37 ba 4e ff 6b 38 a0 e2 1d d4 0 30 1 0 7 0 0 0 1 2 2 0 4 0 a0"},
           {"40 11 74 1d ff 85 b8 b3 ff 95 58 0 ee 6f de 0 30 1 0 7 0 0 0 1 1 2 0 4 0 60",
            "d8 6d f5 d1 38 a8 8 cf ff 20 c9 eb d2 f1 2b 0 30 1 0 7 0 0 0 1 2 2 0 4 0 0"}});
}

TEST(RouteTableReceiver, ReadsTheSpecificationsExampleThatIsCompressed) {
    check(
        {{"71 9f 38 68 49 c0 96 45 ff 23 ae 12 2 cd b3 0 30 1 0 6 0 0 0 0 8 0 0 0 7"},
         {"f1 a9 21 cf 47 75 9f 50 ff 8 f1 f3 57 d9 c3 0 30 1 0 11 0 0 0 1 1 1 1 4 78 9c 63 58 c0 c0 0 0 1 e4 0 a1"},
         {"fe 8 b5 ed a fb e7 88 ff d8 4d 6 af b 11 0 30 1 0 11 0 0 0 1 1 1 1 4 78 9c 63 60 60 58 0 0 0 a4 0 a1"},
         {"5a 23 fc 3d 27 d0 b1 17 ff b 92 c6 a2 af 1f 0 30 1 0 11 0 0 0 1 1 1 1 4 78 9c 63 48 60 60 0 0 1 24 0 61"}});
}

TEST(RouteTableReceiver, ReadsTheSpecificationsExampleThatIsCompressedAndSplit) {
    check({{"2a c8 2f 10 90 1c a7 1e ff 14 6c 12 71 9f b7 0 30 1 0 6 0 0 0 0 8 0 0 0 7"},
           {"1f 6c dc 54 ac 1f 42 cc ff 31 99 15 a0 e0 36 0 30 1 0 f 0 0 0 1 1 2 1 4 78 9c 63 58 c0 c0 0 0 1 e4",
            "c1 c0 1a 79 2e 32 6e 54 ff e7 8d 21 de 4 3c 0 30 1 0 7 0 0 0 1 2 2 1 4 0 a1"},
           {"63 79 60 3 36 4f dd 86 ff a1 84 c4 dd d6 c7 0 30 1 0 f 0 0 0 1 1 2 1 4 78 9c 63 60 60 58 0 0 0 a4",
            "6d 93 7 a0 73 14 1b 69 ff 62 66 ba 56 47 10 0 30 1 0 7 0 0 0 1 2 2 1 4 0 a1"},
           {"70 da 77 93 a2 f6 53 39 ff 5f e7 fa 2c 1f c2 0 30 1 0 f 0 0 0 1 1 2 1 4 78 9c 63 48 60 60 0 0 1 24",
            "7a 19 5c b6 54 ba bc ec ff 4e 3d c5 d1 2f a9 0 30 1 0 7 0 0 0 1 2 2 1 4 0 61"}});
}

TEST(RouteTableReceiver, ReadsPatchesThatAreCompressedAndSplit) {
    std::string compressed;
    deflate_whole(hex("00 a0 00 00"), compressed);
    for (std::size_t cut = 0; cut <= compressed.size(); ++cut) {
        RouteTableReceiver receiver;
        ASSERT_EQ(receiver.receive(RouteTableReset{8, 7}), Received::more);
        const std::string_view all(compressed);
        EXPECT_EQ(receiver.receive(patch(1, 2, 1, 4, all.substr(0, cut))), Received::more);
        EXPECT_EQ(receiver.receive(patch(2, 2, 1, 4, all.substr(cut))), Received::complete);
        EXPECT_THAT(entries(receiver), ElementsAre(2));
    }
}

TEST(RouteTableReceiver, OneBitTurnsAnEntryOver) {
    RouteTableReceiver receiver;
    ASSERT_EQ(receiver.receive(RouteTableReset{16, 2}), Received::more);
    EXPECT_EQ(receiver.receive(patch(1, 1, 0, 1, hex("81 40"))), Received::complete);
    EXPECT_THAT(entries(receiver), ElementsAre(0, 7, 9));
    EXPECT_EQ(receiver.receive(patch(1, 1, 0, 1, hex("01 20"))), Received::complete);
    EXPECT_THAT(entries(receiver), ElementsAre(0, 9, 10));
}

TEST(RouteTableReceiver, TwoBitsAreNumbersToo) {
    RouteTableReceiver receiver;
    ASSERT_EQ(receiver.receive(RouteTableReset{8, 2}), Received::more);
    EXPECT_EQ(receiver.receive(patch(1, 1, 0, 2, hex("c0 03"))), Received::complete);
    EXPECT_THAT(entries(receiver), ElementsAre(0, 7));
    EXPECT_EQ(receiver.receive(patch(1, 1, 0, 2, hex("40 00"))), Received::complete);
    EXPECT_THAT(entries(receiver), ElementsAre(7));
}

TEST(RouteTableReceiver, AResetBeginsAnew) {
    RouteTableReceiver receiver;
    receiver.receive(RouteTableReset{8, 7});
    receiver.receive(patch(1, 1, 0, 4, hex("00 a0 00 00")));
    ASSERT_NE(receiver.table(), nullptr);
    EXPECT_EQ(receiver.receive(RouteTableReset{16, 7}), Received::more);
    EXPECT_EQ(receiver.table(), nullptr) << "all queries go to it until its table is whole";
    EXPECT_EQ(receiver.receive(patch(1, 1, 0, 1, hex("00 00"))), Received::complete);
    EXPECT_THAT(entries(receiver), IsEmpty());
}

TEST(RouteTableReceiver, ResetsOutOfRangeAreRefused) {
    RouteTableReceiver receiver(1 << 16);
    for (const std::uint32_t length : {0U, 1U, 4U, 7U, 9U, 65535U, 1U << 17, 1U << 31, 0xFFFFFFFFU}) {
        EXPECT_EQ(receiver.receive(RouteTableReset{length, 7}), Received::bad_length) << length;
    }
    EXPECT_EQ(receiver.receive(RouteTableReset{1U << 16, 0}), Received::bad_infinity);
    EXPECT_EQ(receiver.receive(RouteTableReset{1U << 16, 1}), Received::more);
}

TEST(RouteTableReceiver, PatchesOutOfRangeAreRefused) {
    const auto after_reset = [](const RouteTablePatch& one) {
        RouteTableReceiver receiver;
        receiver.receive(RouteTableReset{8, 7});
        return receiver.receive(one);
    };
    const std::string right = hex("00 a0 00 00");
    EXPECT_EQ(RouteTableReceiver().receive(patch(1, 1, 0, 4, right)), Received::no_reset);
    EXPECT_EQ(after_reset(patch(0, 1, 0, 4, right)), Received::bad_sequence);
    EXPECT_EQ(after_reset(patch(2, 2, 0, 4, right)), Received::bad_sequence);
    EXPECT_EQ(after_reset(patch(1, 0, 0, 4, right)), Received::bad_sequence);
    for (const int bits : {0, 3, 5, 6, 7, 9, 16, 255}) {
        EXPECT_EQ(after_reset(patch(1, 1, 0, bits, right)), Received::bad_entry_bits) << bits;
    }
    EXPECT_EQ(after_reset(patch(1, 1, 2, 4, right)), Received::unknown_compressor);
    EXPECT_EQ(after_reset(patch(1, 1, 1, 4, right)), Received::bad_data);
    EXPECT_EQ(after_reset(patch(1, 1, 0, 4, right + 'x')), Received::too_much);
    EXPECT_EQ(after_reset(patch(1, 1, 0, 4, right.substr(1))), Received::too_little);
    EXPECT_EQ(after_reset(patch(1, 1, 0, 4, "")), Received::too_little);
}

TEST(RouteTableReceiver, PatchesOfOneSequenceAreAlike) {
    const auto second = [](const RouteTablePatch& two) {
        RouteTableReceiver receiver;
        receiver.receive(RouteTableReset{8, 7});
        EXPECT_EQ(receiver.receive(patch(1, 2, 0, 4, hex("00 a0"))), Received::more);
        return receiver.receive(two);
    };
    const std::string rest = hex("00 00");
    EXPECT_EQ(second(patch(2, 2, 0, 4, rest)), Received::complete);
    EXPECT_EQ(second(patch(1, 2, 0, 4, rest)), Received::bad_sequence);
    EXPECT_EQ(second(patch(3, 3, 0, 4, rest)), Received::bad_sequence);
    EXPECT_EQ(second(patch(2, 3, 0, 4, rest)), Received::bad_sequence);
    EXPECT_EQ(second(patch(2, 2, 0, 8, rest)), Received::bad_entry_bits);
    EXPECT_EQ(second(patch(2, 2, 1, 4, rest)), Received::unknown_compressor);
}

TEST(RouteTableReceiver, ABombDoesNotGoOff) {
    std::string compressed;
    deflate_whole(std::string(50'000'000, '\0'), compressed);
    RouteTableReceiver receiver;
    receiver.receive(RouteTableReset{1U << 16, 7});
    EXPECT_EQ(receiver.receive(patch(1, 1, 1, 4, compressed)), Received::too_much);
}

TEST(RouteTableReceiver, WhatComesBehindTheCompressedStreamIsRefused) {
    std::string compressed;
    deflate_whole(hex("00 a0 00 00"), compressed);
    RouteTableReceiver receiver;
    receiver.receive(RouteTableReset{8, 7});
    EXPECT_EQ(receiver.receive(patch(1, 1, 1, 4, compressed + "x")), Received::bad_data);
}

// ---- what we send ----

QueryRouteTable table_of(unsigned bits, int words) {
    QueryRouteTable table(bits);
    for (int i = 0; i < words; ++i) {
        table.add("word number " + std::to_string(i));
    }
    return table;
}

TEST(RouteTablePatches, MakeTheNeighboursTableIntoOurs) {
    for (const PatchWidth width : {PatchWidth::one_bit, PatchWidth::four_bits}) {
        for (const unsigned bits : {3U, 10U, 16U, 21U}) {
            RouteTableReceiver receiver;
            const QueryRouteTable first = table_of(bits, 1000);
            for (const Frame& frame : encode_route_table({}, nullptr, first, width)) {
                EXPECT_LT(static_cast<int>(receive(receiver, frame.bytes())), 2);
            }
            ASSERT_NE(receiver.table(), nullptr);
            EXPECT_EQ(*receiver.table(), first);
            const QueryRouteTable second = table_of(bits, 1);
            const auto frames = encode_route_table({}, &first, second, width);
            for (const Frame& frame : frames) {
                EXPECT_LT(static_cast<int>(receive(receiver, frame.bytes())), 2);
            }
            EXPECT_EQ(*receiver.table(), second);
        }
    }
}

TEST(RouteTablePatches, AreNoneWhenNothingHasChanged) {
    const QueryRouteTable table = table_of(10, 5);
    EXPECT_THAT(encode_route_table({}, &table, table, PatchWidth::one_bit), IsEmpty());
}

TEST(RouteTablePatches, BeginAnewWithATableOfAnotherSize) {
    const QueryRouteTable small = table_of(10, 5);
    const QueryRouteTable large = table_of(16, 5);
    RouteTableReceiver receiver;
    for (const QueryRouteTable* table : {&small, &large}) {
        for (const Frame& frame :
             encode_route_table({}, table == &small ? nullptr : &small, *table, PatchWidth::four_bits)) {
            receive(receiver, frame.bytes());
        }
    }
    ASSERT_NE(receiver.table(), nullptr);
    EXPECT_EQ(*receiver.table(), large);
}

TEST(RouteTablePatches, AreNeverMoreThan255) {
    RouteTableReceiver receiver;
    const QueryRouteTable table = table_of(16, 20'000);
    const auto frames = encode_route_table({}, nullptr, table, PatchWidth::four_bits, 10);
    EXPECT_LE(frames.size(), 256U);
    for (const Frame& frame : frames) {
        receive(receiver, frame.bytes());
    }
    ASSERT_NE(receiver.table(), nullptr);
    EXPECT_EQ(*receiver.table(), table);
}

}  // namespace
}  // namespace gnutella::wire
