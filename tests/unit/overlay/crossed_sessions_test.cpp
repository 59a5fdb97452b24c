// Two nodes that connect to each other at the same time, in every order in which connecting and delivering can happen.

#include "overlay/random.hpp"
#include "overlay/simulated_network.hpp"

#include <gmock/gmock.h>

namespace gnutella::overlay {
namespace {

using testing::SizeIs;

/// Makes one choice after another; after each run the last choice that can be another one is, until all were made.
class Choices {
  public:
    std::size_t choose(std::size_t options) {
        if (next_ == made_.size()) {
            made_.push_back({0, options});
        }
        EXPECT_EQ(made_[next_].options, options) << "the same choices must lead to the same place";
        return made_[next_++].chosen;
    }
    bool next_run() {
        next_ = 0;
        while (!made_.empty() && made_.back().chosen + 1 == made_.back().options) {
            made_.pop_back();
        }
        if (made_.empty()) {
            return false;
        }
        ++made_.back().chosen;
        return true;
    }

  private:
    struct Choice {
        std::size_t chosen = 0;
        std::size_t options = 0;
    };
    std::vector<Choice> made_;
    std::size_t next_ = 0;
};

Guid identity(std::uint8_t number) {
    Guid guid;
    guid.bytes[15] = number;
    return guid;
}

struct Crossing {
    SimulatedNetwork::NodeId from;
    SimulatedNetwork::NodeId to;
};

// One order of events: `choose(options)` says what comes next.
template <class Choose>
void run_one(std::uint8_t first, std::uint8_t second, const std::vector<Crossing>& crossings, Choose&& choose) {
    SimulatedNetwork network;
    network.add_node(identity(first));
    network.add_node(identity(second));
    std::size_t connected = 0;
    while (true) {
        const auto waiting = network.waiting();
        const std::size_t may_connect = connected < crossings.size() ? 1 : 0;
        if (waiting.size() + may_connect == 0) {
            break;
        }
        const std::size_t chosen = choose(waiting.size() + may_connect);
        if (chosen < waiting.size()) {
            network.deliver(waiting[chosen]);
            continue;
        }
        network.connect(crossings[connected].from, crossings[connected].to);
        ++connected;
    }
    const auto one = network.node(0).router->sessions();
    const auto other = network.node(1).router->sessions();
    ASSERT_THAT(one, SizeIs(1));
    ASSERT_THAT(other, SizeIs(1));
    EXPECT_EQ(network.far_end(one[0].id), other[0].id);
    EXPECT_EQ(network.node(0).router->session_count(), 1U);
    EXPECT_EQ(network.node(1).router->session_count(), 1U);
    network.search(0, "song");
    network.run();
    EXPECT_EQ(network.node(1).router->counters().queries_handled, 1U);
}

// @return how many orders there are.
std::size_t run_all(std::uint8_t first, std::uint8_t second, const std::vector<Crossing>& crossings) {
    Choices choices;
    std::size_t runs = 0;
    do {
        ++runs;
        SCOPED_TRACE("order " + std::to_string(runs));
        run_one(first, second, crossings, [&choices](std::size_t options) { return choices.choose(options); });
    } while (!testing::Test::HasFailure() && choices.next_run());
    return runs;
}

TEST(CrossedSessions, LeaveExactlyOneInEveryOrderOfEvents) {
    for (const auto& [first, second] : {std::pair{1, 2}, std::pair{2, 1}}) {
        const std::size_t runs =
            run_all(static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second), {{0, 1}, {1, 0}});
        EXPECT_GT(runs, 50U) << "all orders were tried";
    }
}

TEST(CrossedSessions, TwoOfTheSameDirectionLeaveOne) {
    EXPECT_GT(run_all(1, 2, {{0, 1}, {0, 1}}), 20U);
}

TEST(CrossedSessions, ThreeLeaveOneInAThousandOrders) {
    Random random(1);
    for (int run = 0; run < 1'000 && !HasFailure(); ++run) {
        SCOPED_TRACE("order " + std::to_string(run));
        run_one(static_cast<std::uint8_t>(1 + run % 2), static_cast<std::uint8_t>(2 - run % 2),
                {{0, 1}, {1, 0}, {0, 1}}, [&random](std::size_t options) { return random.next() % options; });
    }
}

}  // namespace
}  // namespace gnutella::overlay
