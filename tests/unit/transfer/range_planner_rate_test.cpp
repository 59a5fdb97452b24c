#include "transfer/range_planner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

// How near to the sum of its sources a download comes, with a clock that runs as fast as the computer.

namespace gnutella::transfer {
namespace {

using namespace std::chrono_literals;

constexpr double rate = 25'000'000;        // bytes a second of each source
constexpr double saved_up = rate / 20;     // what each sends at once at first, as a limit has it that was not used
constexpr double hash_rate = 300'000'000;  // bytes a second, of what is there without a gap
constexpr auto a_moment = 1ms;
constexpr auto round_trip = 2ms;

struct LimitedSource {
    double allowed = saved_up;
    std::optional<BlockRange> asked;
    RangePlanner::TimePoint answers{};
    std::size_t block = 0;
    std::uint64_t sent = 0;  // of the block
};

class LimitedDownload {
  public:
    LimitedDownload(std::size_t sources, std::uint64_t size)
        : size_(size), planner_(BlockMap(BlockLayout(size)), 30s), sources_(sources) {}

    /// Seconds until all is there and hashed.
    double run() {
        const auto begin = now_;
        planner_.expect_sources(sources_.size());
        for (SourceId id = 0; id < sources_.size(); ++id) {
            planner_.join(id, now_);
            ask(id);
        }
        double hashed = 0;
        while (!planner_.is_complete() || hashed < static_cast<double>(size_)) {
            now_ += a_moment;
            hashed = std::min(hashed + hash_rate * seconds(a_moment),
                              static_cast<double>(planner_.blocks().verified_prefix()));
            for (SourceId id = 0; id < sources_.size(); ++id) {
                send(id);
            }
            if (now_ >= planner_.next_deadline()) {
                planner_.tick(now_, out_);
            }
            for (const SourceId id : std::exchange(out_, {}).wakes) {
                ask(id);
            }
        }
        return seconds(now_ - begin);
    }

  private:
    static double seconds(RangePlanner::Duration time) { return std::chrono::duration<double>(time).count(); }

    void ask(SourceId id) {
        LimitedSource& source = sources_[id];
        if (!source.asked) {
            source.asked = planner_.next(id, now_, out_);
            source.block = source.asked ? source.asked->first : 0;
            source.sent = 0;
            source.answers = now_ + round_trip;
        }
    }

    void send(SourceId id) {
        LimitedSource& source = sources_[id];
        source.allowed = std::min(source.allowed + rate * seconds(a_moment), saved_up);
        while (source.asked && now_ >= source.answers && source.allowed >= 1) {
            const std::uint64_t length = planner_.blocks().layout().length(source.block);
            const auto bytes = std::min(static_cast<std::uint64_t>(source.allowed), length - source.sent);
            source.allowed -= static_cast<double>(bytes);
            source.sent += bytes;
            planner_.received(id, bytes, now_);
            if (source.sent == length) {
                planner_.verified(id, source.block++, out_);
                source.sent = 0;
                if (planner_.outstanding(id) == 0) {
                    source.asked.reset();
                    ask(id);
                }
            }
        }
    }

    std::uint64_t size_;
    RangePlanner planner_;
    std::vector<LimitedSource> sources_;
    RangePlanner::TimePoint now_{1h};
    PlannerActions out_;
};

TEST(PlannerRate, IsTheSumOfItsSourcesUpToTheHashOfTheWhole) {
    for (const std::size_t sources : {1U, 2U, 4U}) {
        for (const std::uint64_t mebibytes : {256U, 1024U}) {
            const std::uint64_t size = mebibytes << 20;
            const double ideal = static_cast<double>(size) / (rate * static_cast<double>(sources));
            EXPECT_LT(LimitedDownload(sources, size).run(), ideal * 1.03 + 0.1) << sources << ", " << mebibytes;
        }
    }
}

}  // namespace
}  // namespace gnutella::transfer
