#include "wire/gnutella/query_route_table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gnutella::wire {
namespace {

const Urn file = *Urn::parse("urn:sha1:PLSTHIPQGSSZTS5FJUPAKUZWUGYQYPFB");

TEST(QueryRouteTable, FindsAllThatWasAdded) {
    QueryRouteTable table(16);
    for (int i = 0; i < 500; ++i) {
        table.add("word" + std::to_string(i));
    }
    table.add(file);
    for (int i = 0; i < 500; ++i) {
        EXPECT_TRUE(table.may_have("WORD" + std::to_string(i)));
    }
    EXPECT_TRUE(table.may_have(file));
    EXPECT_GT(table.count(), 450U);
    EXPECT_LE(table.count(), 501U);
}

TEST(QueryRouteTable, AQueryNeedsAllOfItsWords) {
    QueryRouteTable table(16);
    table.add("annual");
    table.add("report");
    EXPECT_TRUE(table.may_answer(std::array<std::string_view, 2>{"annual", "report"}));
    EXPECT_FALSE(table.may_answer(std::array<std::string_view, 2>{"annual", "budget"}));
    EXPECT_TRUE(table.may_answer({}));
    EXPECT_TRUE(table.may_answer(std::array<std::string_view, 3>{"of", "annual", "x"}));
    EXPECT_FALSE(table.may_answer(std::array<std::string_view, 2>{"annual", "the"}));
    EXPECT_FALSE(table.may_have(file));
    EXPECT_TRUE(table.may_have(*Urn::parse("urn:tree:tiger/:LWPNACQDBZRYXW3VHJVCJ64QBZNGHOHHHZWCLNQ")))
        << "a file that is known by its tree alone is not in tables";
}

TEST(QueryRouteTable, TablesOfAnySizeAddUp) {
    for (const unsigned bits : {3U, 10U, 15U, 16U, 17U, 21U}) {
        for (const unsigned others : {3U, 10U, 15U, 16U, 17U, 21U}) {
            QueryRouteTable table(bits);
            table.add("mine");
            QueryRouteTable other(others);
            other.add("yours");
            table.merge(other);
            EXPECT_TRUE(table.may_have("mine")) << bits << ' ' << others;
            EXPECT_TRUE(table.may_have("yours")) << bits << ' ' << others;
            EXPECT_LE(table.count(), 1 + (bits > others ? std::size_t{1} << (bits - others) : 1U));
        }
    }
}

TEST(QueryRouteTable, CanBeEmptiedAndHasBoundsOfSize) {
    QueryRouteTable table(3);
    EXPECT_EQ(table.size(), 8U);
    table.set(7);
    table.clear(7);
    table.set(2);
    EXPECT_EQ(table.count(), 1U);
    table.clear_all();
    EXPECT_EQ(table, QueryRouteTable(3));
    EXPECT_THROW(QueryRouteTable(2), std::invalid_argument);
    EXPECT_THROW(QueryRouteTable(22), std::invalid_argument);
}

}  // namespace
}  // namespace gnutella::wire
