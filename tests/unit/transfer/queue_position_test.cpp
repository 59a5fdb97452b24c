#include "transfer/queue_position.hpp"

#include <gtest/gtest.h>

namespace gnutella::transfer {
namespace {

using namespace std::chrono_literals;

TEST(QueuePosition, IsWrittenAsLimeWireBeganIt) {
    EXPECT_EQ(queue_position_text({2, 5, 4, 45s, 120s}), "position=2,length=5,limit=4,pollMin=45,pollMax=120");
}

TEST(QueuePosition, IsReadAsItIsWritten) {
    const QueuePosition place{2, 5, 4, 45s, 120s};
    EXPECT_EQ(parse_queue_position(queue_position_text(place)), place);
}

TEST(QueuePosition, IsReadInAnyOrderCaseAndSpacing) {
    const auto place = parse_queue_position(" POLLMIN = 7 ; limit=1;Position=3; ID=abc; length=9;pollmax=8");
    EXPECT_EQ(place, (QueuePosition{3, 9, 1, 7s, 8s}));
}

TEST(QueuePosition, IsNoneWithoutAPosition) {
    for (const char* value : {"", "1.0", "length=5", "position", "position=", "position=x", "position=-1",
                              "position=99999999999", "xposition=1"}) {
        EXPECT_FALSE(parse_queue_position(value)) << value;
    }
}

TEST(QueuePosition, KeepsTimesWithinBounds) {
    EXPECT_EQ(parse_queue_position("position=1,pollMin=0,pollMax=0"), (QueuePosition{1, 1, 1, 1s, 1s}));
    EXPECT_EQ(parse_queue_position("position=1,pollMin=4000000000,pollMax=1")->poll_min, 300s);
    EXPECT_EQ(parse_queue_position("position=1,pollMin=100,pollMax=1")->poll_max, 100s);
    EXPECT_EQ(parse_queue_position("position=1")->poll_max, 120s);
    EXPECT_EQ(parse_queue_position("position=7,length=2")->length, 7U);
}

TEST(PollDelay, IsALittleAfterTheEarliestAndNeverAfterTheLatest) {
    EXPECT_EQ(poll_delay("position=1,pollMin=10,pollMax=30", "99"), 11s);
    EXPECT_EQ(poll_delay("position=1,pollMin=10,pollMax=10", ""), 10s);
}

TEST(PollDelay, IsWhatRetryAfterSaysWithoutAQueue) {
    EXPECT_EQ(poll_delay("", "60"), 60s);
    EXPECT_EQ(poll_delay("", " 0 "), 1s);
    EXPECT_EQ(poll_delay("", "100000"), 300s);
    EXPECT_FALSE(poll_delay("", "Fri, 31 Dec 1999 23:59:59 GMT"));
    EXPECT_FALSE(poll_delay("", ""));
}

}  // namespace
}  // namespace gnutella::transfer
