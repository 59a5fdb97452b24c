#include "overlay/host_seeker.hpp"
#include "some_values.hpp"

#include <gtest/gtest.h>

namespace gnutella::overlay {
namespace {

using namespace std::chrono_literals;

struct HostSeekerTest : testing::Test {
    Random random{1};
    HostSeeker seeker{1s, 60s};

    void expect_wait(TimePoint from, double seconds) const {
        const std::chrono::duration<double> wait = seeker.next_deadline() - from;
        EXPECT_NEAR(wait.count(), seconds, seconds / 4);
    }
};

TEST_F(HostSeekerTest, IsQuietUntilSessionsAreWanted) {
    EXPECT_EQ(seeker.next_deadline(), TimePoint::max());
    EXPECT_FALSE(seeker.due(start + 24h));
}

TEST_F(HostSeekerTest, WaitsFirstForWhatWasLostToComeBack) {
    seeker.begin(1, start, random);
    expect_wait(start, 1);
    const TimePoint at = seeker.next_deadline();
    seeker.begin(1, start + 500ms, random);
    EXPECT_EQ(seeker.next_deadline(), at);
    EXPECT_TRUE(seeker.due(at));
}

TEST_F(HostSeekerTest, TriesOneAtATime) {
    seeker.begin(1, start, random);
    seeker.trying(a);
    EXPECT_TRUE(seeker.is_trying(a));
    EXPECT_FALSE(seeker.due(start + 24h));
    seeker.begin(1, start, random);
    EXPECT_FALSE(seeker.due(start + 24h));
}

TEST_F(HostSeekerTest, GoesQuicklyThroughARoundAndWaitsLongerAfterEach) {
    seeker.begin(1, start, random);
    for (const double after_round : {1.0, 2.0, 4.0}) {
        for (int host = 0; host < 4; ++host) {
            seeker.trying(a);
            seeker.tried(5, start, random);
            expect_wait(start, 1);
        }
        seeker.trying(a);
        seeker.tried(5, start, random);
        expect_wait(start, after_round);
    }
}

TEST_F(HostSeekerTest, WaitsLongerWhenThereIsNobodyToTry) {
    seeker.begin(1, start, random);
    for (const double wait : {1.0, 2.0, 4.0, 8.0}) {
        seeker.tried(0, start, random);
        expect_wait(start, wait);
    }
}

TEST_F(HostSeekerTest, EndsWhenEnoughAreOpen) {
    seeker.begin(1, start, random);
    seeker.trying(a);
    seeker.end();
    EXPECT_FALSE(seeker.is_trying(a));
    EXPECT_EQ(seeker.next_deadline(), TimePoint::max());
}

TEST_F(HostSeekerTest, GoesOnWhenOneOpenedAndMoreAreWanted) {
    seeker.begin(1, start, random);
    seeker.trying(a);
    seeker.tried(5, start, random);
    expect_wait(start, 1);
}

TEST_F(HostSeekerTest, WaitsLongerForWhoLetsUsGoAtOnce) {
    for (const double wait : {1.0, 1.0, 2.0, 4.0}) {
        seeker.begin(1, start, random);
        expect_wait(start, wait);
        seeker.trying(a);
        seeker.opened(start);
    }
    seeker.begin(1, start + 1h, random);
    expect_wait(start + 1h, 1);
}

TEST_F(HostSeekerTest, WhoLetsUsGoAtOnceDoesNotDelayTheOthers) {
    for (int host = 0; host < 5; ++host) {
        seeker.begin(5, start, random);
        expect_wait(start, 1);
        seeker.trying(a);
        seeker.opened(start);
    }
    seeker.begin(5, start, random);
    expect_wait(start, 1);  // after the first round
    seeker.tried(1, start, random);
    expect_wait(start, 2);
}

TEST_F(HostSeekerTest, ASessionOfAMinuteIsNoneThatWasEndedAtOnceHoweverLongTheWaitsHaveBecome) {
    seeker.begin(1, start, random);
    for (int round = 0; round < 10; ++round) {
        seeker.tried(1, start, random);
    }
    seeker.trying(a);
    seeker.opened(start);
    seeker.begin(1, start + 31s, random);
    expect_wait(start + 31s, 1);
}

TEST_F(HostSeekerTest, WhoComesAndGoesDoesNotKeepUsFromLookingForOthers) {
    seeker.begin(1, start, random);
    for (int round = 0; round < 4; ++round) {
        seeker.tried(1, start, random);
    }
    const TimePoint at = seeker.next_deadline();
    expect_wait(start, 8);
    for (int visit = 1; visit < 5; ++visit) {
        seeker.end();
        EXPECT_EQ(seeker.next_deadline(), TimePoint::max());
        seeker.begin(1, start + visit * 1s, random);
        EXPECT_EQ(seeker.next_deadline(), at);
    }
    seeker.end();
    seeker.end();  // another one came
    seeker.begin(1, start + 1h, random);
    expect_wait(start + 1h, 1);
}

}  // namespace
}  // namespace gnutella::overlay
