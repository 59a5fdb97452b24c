#include "transfer/range_planner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

// Random sources that stall, lie, vanish and come back, and a clock that runs as fast as the computer.

namespace gnutella::transfer {
namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;
using TimePoint = RangePlanner::TimePoint;

constexpr std::uint64_t block_bytes = BlockLayout::min_block_size;
constexpr auto step = 20ms;
constexpr auto stall_timeout = 5s;

struct SimulatedSource {
    double rate = 0;             // bytes a second
    bool honest = true;          // it never stalls, lies or vanishes
    double bad_blocks = 0;       // of those that it sends, how many are wrong
    double stalls = 0;           // how often it falls silent for good, for each second
    double vanishes = 0;         // how often it is lost, for each second
    std::vector<ByteRange> has;  // empty: all

    bool here = false;
    bool struck_off = false;
    bool silent = false;
    TimePoint back{};  // when it comes (back)
    std::optional<BlockRange> asked;
    double owed = 0;             // fractions of bytes
    std::uint64_t in_block = 0;  // bytes of the block that it sends
    std::size_t sending = 0;
};

enum class Others { honest, any };

class Simulation {
  public:
    Simulation(unsigned seed, Others others)
        : random_(seed),
          others_(others),
          blocks_(1 + pick(600)),
          planner_(some_map(), stall_timeout, static_cast<std::uint16_t>(pick(65'536))) {
        const std::size_t count = 1 + pick(6);
        for (SourceId id = 0; id < count; ++id) {
            sources_[id] = id == 0 || others == Others::honest ? honest_source() : any_source();
            sources_[id].back = now_ + std::chrono::milliseconds(pick(2'000));
        }
        planner_.expect_sources(count);
    }

    void run() {
        const TimePoint begin = now_;
        while (!planner_.is_complete()) {
            now_ += step;
            ASSERT_LT(now_ - begin, bound()) << "it takes too long";
            for (auto& [id, source] : sources_) {
                advance(id, source);
                ASSERT_FALSE(testing::Test::HasFatalFailure());
            }
            if (now_ >= planner_.next_deadline()) {
                planner_.tick(now_, out_);
                carry_out();
            }
        }
        EXPECT_EQ(planner_.blocks().verified_bytes(), blocks_ * block_bytes);
        EXPECT_TRUE(holders_.empty()) << "somebody is still asked for what is here";
    }

  private:
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
    bool happens(double probability) { return std::uniform_real_distribution<>(0, 1)(random_) < probability; }
    double some_rate() { return std::pow(10.0, std::uniform_real_distribution<>(5, 7.5)(random_)); }

    BlockMap some_map() {
        BlockMap map(BlockLayout(blocks_ * block_bytes));
        const double known = happens(0.5) ? 0 : std::uniform_real_distribution<>(0, 1)(random_);
        for (std::size_t each = 0; each < map.count(); ++each) {
            if (happens(known)) {
                map.set(each, BlockState::verified);
            }
        }
        missing_at_first_ = map.missing();
        return map;
    }

    SimulatedSource honest_source() {
        SimulatedSource source;
        source.rate = some_rate();
        return source;
    }

    SimulatedSource any_source() {
        SimulatedSource source;
        source.rate = some_rate();
        source.honest = false;
        source.bad_blocks = happens(0.3) ? 0.1 : 0;
        source.stalls = happens(0.3) ? 0.2 : 0;
        source.vanishes = happens(0.3) ? 0.5 : 0;
        if (happens(0.3)) {
            const std::uint64_t first = pick(blocks_) * block_bytes;
            source.has = {{first, (1 + pick(blocks_)) * block_bytes}};
        }
        return source;
    }

    // What the honest source alone would need, and what the others may cost: a stall, and time in which something was
    // with one that vanished. With honest ones, what all need together, the last of whom comes after two seconds.
    Seconds bound() const {
        if (others_ == Others::honest) {
            double together = 0;
            for (const auto& [id, source] : sources_) {
                together += source.rate;
            }
            return Seconds(static_cast<double>(missing_at_first_ * block_bytes) / together * 1.1 + 3.5);
        }
        const double alone = static_cast<double>(missing_at_first_ * block_bytes) / sources_.at(0).rate;
        return Seconds(alone * 1.5 + 4) + stall_timeout;
    }

    void advance(SourceId id, SimulatedSource& source) {
        if (!source.here) {
            if (!source.struck_off && now_ >= source.back) {
                arrive(id, source);
            }
            return;
        }
        const double slice = Seconds(step).count();
        if (happens(source.vanishes * slice)) {
            lose(id, source, now_ + std::chrono::milliseconds(pick(3'000)));
            return;
        }
        source.silent = source.silent || happens(source.stalls * slice);
        if (source.asked && !source.silent) {
            send(id, source, slice);
        }
        carry_out();
    }

    void arrive(SourceId id, SimulatedSource& source) {
        source.here = true;
        source.silent = false;
        planner_.join(id, now_);
        if (!source.has.empty()) {
            planner_.offers(id, source.has);
        }
        ask(id, source);
        carry_out();
    }

    void ask(SourceId id, SimulatedSource& source) {
        source.asked = planner_.next(id, now_, out_);
        if (!source.asked) {
            return;
        }
        // What was taken out of the middle of what another held leaves a rest that nobody holds.
        std::erase_if(holders_, [this](const auto& holder) {
            return planner_.blocks().state(holder.first) == BlockState::missing;
        });
        source.sending = source.asked->first;
        source.in_block = 0;
        source.owed = 0;
        for (std::size_t each = source.asked->first; each < source.asked->end; ++each) {
            ASSERT_NE(planner_.blocks().state(each), BlockState::verified) << "it is here already";
            const auto holder = holders_.find(each);
            if (holder != holders_.end()) {  // taken from another, which learns it when it gets there
                ASSERT_LE(planner_.end_of(holder->second), each) << "two are asked for the same";
            }
            holders_[each] = id;
        }
    }

    void send(SourceId id, SimulatedSource& source, double slice) {
        source.owed += source.rate * slice;
        while (source.asked && source.owed >= 1) {
            const auto bytes =
                std::min<std::uint64_t>(static_cast<std::uint64_t>(source.owed), block_bytes - source.in_block);
            source.owed -= static_cast<double>(bytes);
            source.in_block += bytes;
            planner_.received(id, bytes, now_);
            if (source.in_block == block_bytes) {
                end_block(id, source);
            }
        }
    }

    void end_block(SourceId id, SimulatedSource& source) {
        if (happens(source.bad_blocks)) {
            source.struck_off = true;
            lose(id, source, {});
            return;
        }
        ASSERT_EQ(planner_.blocks().state(source.sending), BlockState::taken);
        planner_.verified(id, source.sending, out_);
        holders_.erase(source.sending);
        source.in_block = 0;
        ++source.sending;
        if (source.sending == source.asked->end || planner_.outstanding(id) == 0) {
            ask(id, source);
        }
    }

    void lose(SourceId id, SimulatedSource& source, TimePoint back) {
        source.here = false;
        source.asked.reset();
        source.back = back;
        std::erase_if(holders_, [id](const auto& holder) { return holder.second == id; });
        planner_.leave(id, now_, out_);
        carry_out();
    }

    void carry_out() {
        while (!out_.empty()) {
            const PlannerActions doing = std::exchange(out_, {});
            for (const auto& stop : doing.stops) {
                SimulatedSource& source = sources_.at(stop.source);
                ASSERT_TRUE(source.asked);
                ASSERT_TRUE(stop.reason == PlannerActions::StopReason::overtaken || source.silent);
                lose(stop.source, source, now_ + 200ms);
            }
            for (const SourceId id : doing.wakes) {
                SimulatedSource& source = sources_.at(id);
                if (source.here && !source.asked) {
                    ask(id, source);
                }
            }
        }
    }

    std::mt19937 random_;
    Others others_;
    std::size_t blocks_;
    std::size_t missing_at_first_ = 0;
    RangePlanner planner_;
    TimePoint now_{1h};
    PlannerActions out_;
    std::map<SourceId, SimulatedSource> sources_;
    std::map<std::size_t, SourceId> holders_;
};

TEST(PlannerProperty, CompletesInTimeWhateverTheOthersDoWhenOneSourceIsHonest) {
    for (unsigned seed = 0; seed < 2'000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Simulation(seed, Others::any).run();
        if (testing::Test::HasFailure()) {
            break;
        }
    }
}

TEST(PlannerProperty, LetsHonestSourcesEndTogether) {
    for (unsigned seed = 0; seed < 500; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Simulation(seed, Others::honest).run();
        if (testing::Test::HasFailure()) {
            break;
        }
    }
}

}  // namespace
}  // namespace gnutella::transfer
