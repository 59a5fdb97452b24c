#include "share/settling.hpp"

#include <gtest/gtest.h>

namespace gnutella::share {
namespace {

using namespace std::chrono_literals;

class SettlingFiles : public ::testing::Test {
  protected:
    Settling settling_{100ms};
    Settling::Time now_{1h};
};

TEST_F(SettlingFiles, AreTakenOnceTheyHaveBeenLeftAlone) {
    settling_.touch("/a", now_);
    EXPECT_EQ(settling_.deadline(), now_ + 100ms);
    EXPECT_FALSE(settling_.settled());
    EXPECT_EQ(settling_.take(now_ + 99ms), std::nullopt);
    EXPECT_EQ(settling_.take(now_ + 100ms), "/a");
    EXPECT_EQ(settling_.take(now_ + 1s), std::nullopt);
    EXPECT_TRUE(settling_.settled());
    EXPECT_EQ(settling_.deadline(), std::nullopt);
}

TEST_F(SettlingFiles, WaitFromTheirLastChangeOn) {
    settling_.touch("/a", now_);
    settling_.touch("/b", now_);
    settling_.touch("/a", now_ + 60ms);
    EXPECT_EQ(settling_.take(now_ + 100ms), "/b");
    EXPECT_EQ(settling_.take(now_ + 100ms), std::nullopt);
    EXPECT_EQ(settling_.deadline(), now_ + 160ms);
    EXPECT_EQ(settling_.take(now_ + 160ms), "/a");
}

TEST_F(SettlingFiles, AreNotTakenWhenForgotten) {
    settling_.touch("/a", now_);
    settling_.forget("/a");
    settling_.forget("/never");
    EXPECT_TRUE(settling_.settled());
    EXPECT_EQ(settling_.take(now_ + 1s), std::nullopt);
}

TEST_F(SettlingFiles, AreTakenOnceWhenForgottenAndTouchedAgain) {
    settling_.touch("/a", now_);
    settling_.forget("/a");
    settling_.touch("/a", now_ + 50ms);
    EXPECT_EQ(settling_.take(now_ + 100ms), std::nullopt);
    EXPECT_EQ(settling_.take(now_ + 150ms), "/a");
    EXPECT_EQ(settling_.take(now_ + 1s), std::nullopt);
}

TEST_F(SettlingFiles, ThatNeverRestKeepNobodyWaiting) {
    for (auto at = 0ms; at <= 2'050ms; at += 50ms) {
        settling_.touch("/log", now_ + at);
        EXPECT_EQ(settling_.take(now_ + at), std::nullopt);
    }
    EXPECT_TRUE(settling_.settled());
    settling_.touch("/other", now_ + 2'050ms);
    EXPECT_FALSE(settling_.settled());
    EXPECT_EQ(settling_.take(now_ + 1h).has_value(), true);
    EXPECT_EQ(settling_.take(now_ + 1h).has_value(), true);
    EXPECT_TRUE(settling_.settled());
}

}  // namespace
}  // namespace gnutella::share
