#include "transfer/upload_queue.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace gnutella::transfer {
namespace {

using namespace std::chrono_literals;

// A queue with a clock that goes as the test says.
class UploadQueueTest : public testing::Test {
  protected:
    static UploadQueueLimits limits(std::size_t slots, std::size_t per_address, std::size_t waiting = 100) {
        UploadQueueLimits limits;
        limits.slots = slots;
        limits.slots_per_address = per_address;
        limits.waiting = waiting;
        limits.poll_min = 10s;
        limits.poll_max = 30s;
        return limits;
    }

    void begin(const UploadQueueLimits& with) { queue_.emplace(with); }

    UploadQueue::Verdict ask(const std::string& address, const std::string& content,
                             AddressLimit limit = AddressLimit::counts) {
        return queue_->ask({address, content}, limit, now_);
    }
    // Whether he gets a slot.
    bool gets(const std::string& address, const std::string& content, AddressLimit limit = AddressLimit::counts) {
        return std::holds_alternative<UploadQueue::Admitted>(ask(address, content, limit));
    }
    // His place in the queue; 0 when he has none.
    std::size_t place(const std::string& address, const std::string& content) {
        const auto verdict = ask(address, content);
        const auto* position = std::get_if<QueuePosition>(&verdict);
        return position != nullptr ? position->position : 0;
    }
    bool is_refused(const std::string& address, const std::string& content) {
        return std::holds_alternative<UploadQueue::Refused>(ask(address, content));
    }
    void pass(UploadQueue::Clock::duration time) { now_ += time; }
    UploadQueue& queue() { return *queue_; }

  private:
    std::optional<UploadQueue> queue_;
    UploadQueue::Clock::time_point now_{1h};
};

TEST_F(UploadQueueTest, GivesASlotWhileOneIsFree) {
    begin(limits(2, 2));
    EXPECT_TRUE(gets("a", "1"));
    EXPECT_TRUE(gets("b", "1"));
    EXPECT_FALSE(gets("c", "1"));
    queue().release("a");
    EXPECT_TRUE(gets("c", "1"));
    EXPECT_EQ(queue().running(), 2U);
    EXPECT_EQ(queue().waiting(), 0U);
}

TEST_F(UploadQueueTest, TellsAPlaceAndWhenToAskAgain) {
    begin(limits(1, 1));
    gets("a", "1");
    place("b", "1");
    const auto verdict = ask("c", "1");
    EXPECT_EQ(std::get<QueuePosition>(verdict), (QueuePosition{2, 2, 1, 10s, 30s}));
}

TEST_F(UploadQueueTest, KeepsThePlaceOfWhoAsksAgainInTime) {
    begin(limits(1, 1));
    gets("a", "1");
    EXPECT_EQ(place("b", "1"), 1U);
    EXPECT_EQ(place("c", "1"), 2U);
    for (int round = 0; round < 10; ++round) {
        pass(20s);
        EXPECT_EQ(place("c", "1"), 2U);
        EXPECT_EQ(place("b", "1"), 1U);
    }
    pass(20s);
    queue().release("a");
    EXPECT_FALSE(gets("c", "1")) << "it is not his turn";
    EXPECT_TRUE(gets("b", "1"));
    EXPECT_EQ(queue().places_lost(), 0U);
}

TEST_F(UploadQueueTest, TakesThePlaceOfWhoAsksTooLate) {
    begin(limits(1, 1));
    gets("a", "1");
    place("b", "1");
    place("c", "1");
    pass(20s);
    EXPECT_EQ(place("c", "1"), 2U);
    pass(11s);
    EXPECT_EQ(place("c", "1"), 1U);
    EXPECT_EQ(place("b", "1"), 2U);
    EXPECT_EQ(queue().places_lost(), 1U);
}

TEST_F(UploadQueueTest, DoesNotKeepASlotFreeForOneWhoIsGone) {
    begin(limits(1, 1));
    gets("a", "1");
    place("b", "1");
    queue().release("a");
    EXPECT_EQ(place("c", "1"), 2U);
    pass(31s);
    EXPECT_TRUE(gets("c", "1"));
}

TEST_F(UploadQueueTest, ForgivesAskingTooEarlyOnceOrTwiceButNotAlways) {
    begin(limits(1, 1));
    gets("a", "1");
    EXPECT_EQ(place("b", "1"), 1U);
    EXPECT_EQ(place("c", "1"), 2U);
    for (int round = 0; round < 5; ++round) {  // each second time in time
        pass(1s);
        EXPECT_EQ(place("b", "1"), 1U);
        pass(15s);
        EXPECT_EQ(place("b", "1"), 1U);
        EXPECT_EQ(place("c", "1"), 2U);
    }
    pass(1s);
    EXPECT_EQ(place("b", "1"), 1U);
    pass(1s);
    EXPECT_EQ(place("b", "1"), 1U);
    pass(1s);
    EXPECT_EQ(place("b", "1"), 2U) << "to the end";
    EXPECT_EQ(queue().places_lost(), 1U);
}

TEST_F(UploadQueueTest, HasAPlaceForEachFile) {
    begin(limits(1, 1));
    gets("a", "1");
    EXPECT_EQ(place("b", "1"), 1U);
    EXPECT_EQ(place("b", "2"), 2U);
    pass(15s);
    EXPECT_EQ(place("b", "1"), 1U);
}

TEST_F(UploadQueueTest, GivesOneAddressOnlyItsShareOfTheSlots) {
    begin(limits(4, 2));
    EXPECT_TRUE(gets("greedy", "1"));
    EXPECT_TRUE(gets("greedy", "2"));
    EXPECT_FALSE(gets("greedy", "3"));
    EXPECT_TRUE(gets("modest", "1")) << "who waits for a reason of his own keeps nobody waiting";
    queue().release("greedy");
    EXPECT_TRUE(gets("greedy", "3"));
}

TEST_F(UploadQueueTest, DoesNotLimitWhoIsExempt) {
    begin(limits(4, 1));
    EXPECT_TRUE(gets("here", "1", AddressLimit::exempt));
    EXPECT_TRUE(gets("here", "2", AddressLimit::exempt));
}

TEST_F(UploadQueueTest, LetsAddressesTakeTurns) {
    begin(limits(1, 4));
    gets("first", "1");
    for (const char* file : {"1", "2", "3", "4", "5"}) {
        place("greedy", file);
    }
    EXPECT_EQ(place("modest", "1"), 2U) << "after the first of each";
    EXPECT_EQ(place("greedy", "2"), 3U);
    queue().release("first");
    EXPECT_TRUE(gets("greedy", "1"));
    queue().release("greedy");
    EXPECT_FALSE(gets("greedy", "2")) << "though he asked for it before the other came";
    EXPECT_TRUE(gets("modest", "1"));
}

TEST_F(UploadQueueTest, CountsWhatAnAddressIsBeingSentAmongItsTurns) {
    begin(limits(2, 2));
    gets("greedy", "1");
    gets("other", "1");
    EXPECT_EQ(place("greedy", "2"), 1U);
    EXPECT_EQ(place("modest", "1"), 1U) << "one who is sent nothing comes before one who is";
    queue().release("other");
    EXPECT_FALSE(gets("greedy", "2"));
    EXPECT_TRUE(gets("modest", "1"));
}

// One who asks for hundreds of files, and one who asks for one: however often the first asks, the second is served.
TEST_F(UploadQueueTest, IsNotStarvedByAGreedyPeer) {
    begin(limits(1, 1, 50));
    EXPECT_TRUE(gets("greedy", "first"));
    for (int file = 0; file < 300; ++file) {
        ask("greedy", std::to_string(file));
    }
    EXPECT_EQ(queue().waiting(), 50U);
    EXPECT_EQ(place("modest", "1"), 1U);
    EXPECT_EQ(queue().waiting(), 50U) << "he takes the place of the greediest";
    pass(15s);
    queue().release("greedy");
    int served_before = 0;
    for (int file = 0; file < 600; ++file) {
        if (gets("greedy", std::to_string(file))) {
            ++served_before;
            queue().release("greedy");
        }
    }
    EXPECT_LE(served_before, 1);
    EXPECT_TRUE(gets("modest", "1"));
}

TEST_F(UploadQueueTest, RefusesWhoIsLastWhenItIsFull) {
    begin(limits(1, 1, 3));
    gets("a", "1");
    place("b", "1");
    place("c", "1");
    place("d", "1");
    EXPECT_TRUE(is_refused("e", "1"));
    EXPECT_TRUE(is_refused("b", "2"));
    EXPECT_EQ(queue().waiting(), 3U);
    EXPECT_EQ(place("d", "1"), 3U);
}

TEST_F(UploadQueueTest, GivesNothingWithoutSlots) {
    begin(limits(0, 1, 0));
    EXPECT_TRUE(is_refused("a", "1"));
}

TEST_F(UploadQueueTest, IsNotConfusedByAReleaseTooMany) {
    begin(limits(1, 1));
    queue().release("a");
    EXPECT_TRUE(gets("a", "1"));
    EXPECT_FALSE(gets("b", "1"));
}

}  // namespace
}  // namespace gnutella::transfer
