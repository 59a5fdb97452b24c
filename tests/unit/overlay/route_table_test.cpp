#include "overlay/route_table.hpp"
#include "some_values.hpp"

#include <gtest/gtest.h>

#include <list>
#include <map>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;

Guid numbered(std::uint32_t number) {
    Guid guid;
    std::memcpy(guid.bytes.data(), &number, sizeof number);
    return guid;
}

struct RouteTableTest : testing::Test {
    Random random{1};
    RouteTable table{100, 10min, random};
};

TEST_F(RouteTableTest, RemembersWhereAQueryCameFrom) {
    EXPECT_TRUE(table.insert(numbered(1), 7, start));
    EXPECT_TRUE(table.insert(numbered(2), RouteTable::own, start));
    ASSERT_NE(table.find(numbered(1), start), nullptr);
    EXPECT_EQ(table.find(numbered(1), start)->from, 7U);
    EXPECT_EQ(table.find(numbered(2), start)->from, RouteTable::own);
    EXPECT_EQ(table.find(numbered(3), start), nullptr);
}

TEST_F(RouteTableTest, TellsADuplicateAndKeepsTheFirstWay) {
    EXPECT_TRUE(table.insert(numbered(1), 7, start));
    EXPECT_FALSE(table.insert(numbered(1), 8, start + 1s));
    EXPECT_EQ(table.find(numbered(1), start + 1s)->from, 7U);
    EXPECT_EQ(table.size(), 1U);
}

TEST_F(RouteTableTest, ForgetsAfterTheLifetimeAndNotBefore) {
    table.insert(numbered(1), 7, start);
    EXPECT_NE(table.find(numbered(1), start + 10min - 1ms), nullptr);
    EXPECT_FALSE(table.insert(numbered(1), 8, start + 10min - 1ms));
    EXPECT_EQ(table.find(numbered(1), start + 10min), nullptr);
    EXPECT_TRUE(table.insert(numbered(1), 8, start + 10min));
    EXPECT_EQ(table.find(numbered(1), start + 10min)->from, 8U);
}

TEST_F(RouteTableTest, ADuplicateDoesNotProlongTheLifetime) {
    table.insert(numbered(1), 7, start);
    table.insert(numbered(1), 7, start + 9min);
    EXPECT_EQ(table.find(numbered(1), start + 10min), nullptr);
}

TEST_F(RouteTableTest, ForgetsTheOldestWhenThereIsNoRoom) {
    for (std::uint32_t number = 0; number < 101; ++number) {
        EXPECT_TRUE(table.insert(numbered(number), number, start));
    }
    EXPECT_EQ(table.size(), 100U);
    EXPECT_EQ(table.forgotten(), 1U);
    EXPECT_EQ(table.find(numbered(0), start), nullptr);
    for (std::uint32_t number = 1; number < 101; ++number) {
        ASSERT_NE(table.find(numbered(number), start), nullptr) << number;
        EXPECT_EQ(table.find(numbered(number), start)->from, number);
    }
}

TEST_F(RouteTableTest, CountsOfARouteStayWithIt) {
    table.insert(numbered(1), 7, start);
    ++table.find(numbered(1), start)->hits;
    for (std::uint32_t number = 2; number < 90; ++number) {
        table.insert(numbered(number), 1, start);
    }
    EXPECT_EQ(table.find(numbered(1), start)->hits, 1U);
}

// The table against a plain one, through growth, wrapping, expiry and eviction.
TEST_F(RouteTableTest, HoldsWhatASimpleTableWouldHold) {
    std::map<Guid, SessionId> expected;
    std::list<std::pair<Guid, TimePoint>> by_age;
    Random choice(3);
    TimePoint now = start;
    for (int step = 0; step < 50'000; ++step) {
        now += std::chrono::milliseconds(choice.next() % 20'000);
        while (!by_age.empty() && now - by_age.front().second >= 10min) {
            expected.erase(by_age.front().first);
            by_age.pop_front();
        }
        const Guid id = numbered(static_cast<std::uint32_t>(choice.next() % 400));
        const auto* found = table.find(id, now);
        ASSERT_EQ(found != nullptr, expected.contains(id));
        ASSERT_TRUE(found == nullptr || found->from == expected[id]);
        const SessionId from = choice.next() % 10;
        ASSERT_EQ(table.insert(id, from, now), !expected.contains(id));
        if (expected.try_emplace(id, from).second) {
            by_age.emplace_back(id, now);
        }
        if (by_age.size() > 100) {
            expected.erase(by_age.front().first);
            by_age.pop_front();
        }
        ASSERT_EQ(table.size(), expected.size());
    }
}

TEST(RouteTable, ABoundOfNothingStillHoldsOne) {
    Random random(1);
    RouteTable table(0, 10min, random);
    EXPECT_TRUE(table.insert(numbered(1), 1, start));
    EXPECT_TRUE(table.insert(numbered(2), 2, start));
    EXPECT_EQ(table.size(), 1U);
    EXPECT_EQ(table.find(numbered(2), start)->from, 2U);
}

}  // namespace
}  // namespace gnutella::overlay
