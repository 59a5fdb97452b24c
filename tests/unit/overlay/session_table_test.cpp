#include "overlay/session_table.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Guid session_of_number(std::uint8_t number) {
    Guid guid;
    guid.bytes[15] = number;
    return guid;
}

struct SessionTableTest : testing::Test {
    Random random{1};
    SessionTable table{random};

    Neighbour& add(SessionId id, std::optional<Guid> peer = {}) {
        SessionInfo info;
        info.id = id;
        info.peer = peer;
        return table.add({std::move(info), "", {}, {}, SessionMachine(Direction::incoming, TimePoint{}), {}, {}, 0});
    }
};

TEST_F(SessionTableTest, KeepsThoseThatOpenApartFromThoseThatAreOpen) {
    add(1);
    table.open(add(2));
    EXPECT_EQ(table.size(), 2U);
    EXPECT_THAT(table.all(), ElementsAre(1, 2));
    EXPECT_THAT(table.open_sessions(), ElementsAre(2));
    EXPECT_EQ(table.find(1)->info.id, 1U);
    EXPECT_EQ(table.find(3), nullptr);
}

TEST_F(SessionTableTest, TheOpenOnesStayInOnePieceWhenSomeEnd) {
    for (SessionId id = 1; id <= 5; ++id) {
        table.open(add(id));
    }
    table.remove(2);
    table.remove(5);
    EXPECT_THAT(table.open_sessions(), UnorderedElementsAre(1, 3, 4));
    table.remove(1);
    table.remove(3);
    table.remove(4);
    EXPECT_THAT(table.open_sessions(), IsEmpty());
    EXPECT_EQ(table.size(), 0U);
}

TEST_F(SessionTableTest, FindsTheOpenSessionOfAPeer) {
    Neighbour& neighbour = add(1, session_of_number(7));
    EXPECT_EQ(table.open_with(session_of_number(7)), nullptr) << "not open yet";
    table.open(neighbour);
    EXPECT_EQ(table.open_with(session_of_number(7)), &neighbour);
    add(2, session_of_number(7));
    table.remove(2);
    EXPECT_EQ(table.open_with(session_of_number(7)), &neighbour) << "another attempt of the same peer changes nothing";
    table.remove(1);
    EXPECT_EQ(table.open_with(session_of_number(7)), nullptr);
}

TEST_F(SessionTableTest, RemovingWhatIsNotThereIsHarmless) {
    table.open(add(1));
    table.remove(2);
    EXPECT_THAT(table.open_sessions(), ElementsAre(1));
}

}  // namespace
}  // namespace gnutella::overlay
