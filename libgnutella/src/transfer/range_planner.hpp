#pragma once

#include "transfer/block_map.hpp"
#include "transfer/rate_estimate.hpp"
#include "transfer/source_id.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace gnutella::transfer {

/// What the planner wants done.
struct PlannerActions {
    enum class StopReason : std::uint8_t {
        stalled,    ///< it sent nothing for the time that it may take
        overtaken,  ///< another will have it sooner
    };
    struct Stop {
        SourceId source = 0;
        StopReason reason = StopReason::stalled;
        friend bool operator==(const Stop&, const Stop&) = default;
    };
    /// Sources whose request is to be ended now. What they hold comes back with RangePlanner::give_back or leave.
    std::vector<Stop> stops;
    /// Idle sources for which there may be something now: RangePlanner::next is to be asked.
    std::vector<SourceId> wakes;

    bool empty() const noexcept { return stops.empty() && wakes.empty(); }
};

/// Decides which blocks of a file are asked of which source. Reads no clock and does no I/O: times come in as
/// arguments.
///
/// - A block is with one source at a time, and whole: who sent a bad one is known.
/// - What a source is asked for at once grows with its rate, and shrinks towards the end, so that all end together. A
///   source that is alone is asked for a minute's worth.
/// - Who has all is asked first for what no one has who is fetching the file too.
/// - When nothing is left to ask for, an idle source gets from the one that would end last as much as makes both end at
///   the same time; the very last block too, if it would have it much sooner.
class RangePlanner {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = std::chrono::steady_clock::duration;

    /// @param stall_timeout how long a source may send nothing.
    /// @param start a random number: where in the file to go on when others fetch it too, so that they have something
    ///     for one another.
    RangePlanner(BlockMap blocks, Duration stall_timeout, std::uint16_t start = 0);

    const BlockMap& blocks() const noexcept { return blocks_; }
    bool is_complete() const noexcept { return blocks_.is_complete(); }

    /// How many sources there are or will be soon, those at work among them: one that is alone is asked for more.
    void expect_sources(std::size_t count) noexcept { expected_ = count; }

    /// The last block and the first are asked for before all others: together they show how long the file is. The last
    /// alone does not, since a tree in which it has no neighbour has it on a higher level, too.
    void begin_with_proof() noexcept { proof_first_ = true; }
    /// Whether these two are verified.
    bool has_proven_size() const noexcept;

    /// A source can be asked now. It has what it offered when it was here before; one that is new has the whole file,
    /// as far as is known.
    void join(SourceId source, TimePoint now);
    /// It has only these bytes of the file (X-Available-Ranges).
    void offers(SourceId source, const std::vector<ByteRange>& ranges);
    /// It has the whole file by now, as far as is known.
    void offers_all(SourceId source) { at(source).offered.clear(); }
    /// Whether it has said that it has only some of the file.
    bool is_partial(SourceId source) const { return !at(source).offered.empty(); }
    /// It can be asked no more, for whatever reason; what it holds is missing again. No job that writes for it may be
    /// under way.
    void leave(SourceId source, TimePoint now, PlannerActions& out);

    /// What to ask a source for, which holds nothing now; nullopt: nothing at present.
    std::optional<BlockRange> next(SourceId source, TimePoint now, PlannerActions& out);
    /// Whether a source that `next` gave nothing could ever be of use: it offers something that is not verified.
    bool may_help(SourceId source) const;

    /// The block at which what it was asked for ends: less than at first when another has got a part of it.
    std::size_t end_of(SourceId source) const;
    /// Bytes that it is still to send, of what it was asked for.
    std::uint64_t outstanding(SourceId source) const;

    /// Bytes came, the next ones of what it was asked for.
    void received(SourceId source, std::uint64_t bytes, TimePoint now);
    /// It cannot send, because we do not read; it does not stall.
    void suspend(SourceId source) noexcept;
    /// We read again.
    void resume(SourceId source, TimePoint now) noexcept;

    /// A block that came from a source is checked and on the disk.
    void verified(SourceId source, std::size_t block, PlannerActions& out);
    /// What a source holds is missing again: it will not send it, or sent it wrong. As for leave(), nothing of it may
    /// be under way to the disk.
    void give_back(SourceId source, TimePoint now, PlannerActions& out);

    /// What is due: sources that stall, idle ones that could help.
    void tick(TimePoint now, PlannerActions& out);
    /// When tick() is to be called next; TimePoint::max() when there is nothing to wait for.
    TimePoint next_deadline() const noexcept;

  private:
    // What is kept of one that has left: it may come back.
    struct Known {
        RateEstimate rate;
        std::vector<bool> offered;
    };

    struct Source {
        std::vector<bool> offered;  // by block; empty: all
        // The blocks that it was asked for, until the last of them is verified.
        BlockRange held;
        std::uint64_t received = 0;  // bytes of `held`
        bool stopping = false;
        bool suspended = false;
        RateEstimate rate;
        TimePoint asked;      // when it was asked for what it holds
        TimePoint last_byte;  // or when it was asked
    };

    Source& at(SourceId id) { return sources_.at(id); }
    const Source& at(SourceId id) const { return sources_.at(id); }

    static bool is_idle(const Source& source) noexcept { return source.held.count() == 0; }
    bool offers_block(const Source& source, std::size_t block) const noexcept;
    std::size_t current_block(const Source& source) const noexcept;
    std::uint64_t left(const Source& source) const noexcept;
    std::size_t blocks_for(const Source& source, TimePoint now) const;
    std::optional<BlockRange> find_missing(const Source& source, std::size_t most) const;
    std::optional<BlockRange> find_missing(const std::vector<bool>& wanted, std::size_t most, std::size_t from,
                                           std::size_t until) const;
    std::optional<BlockRange> find_missing_at(const std::vector<bool>& wanted, std::size_t most,
                                              std::uint32_t part) const;
    std::vector<bool> offered_by_none_in_part() const;
    std::optional<BlockRange> split(Source& thief, TimePoint now, PlannerActions& out);
    std::map<SourceId, Source>::iterator find_slowest(const Source& thief, TimePoint now);
    BlockRange can_take_over(const Source& thief, const Source& slow, std::size_t most) const;
    bool has_for(const Source& slow, const Source& thief) const;
    double rate_of(const Source& source, TimePoint now) const;
    double seconds_left(const Source& source, TimePoint now) const;
    void take(Source& source, const BlockRange& range, TimePoint now);
    void release(Source& source);
    void wake_idle(PlannerActions& out) const;

    BlockMap blocks_;
    Duration stall_timeout_;
    std::uint16_t start_;
    bool proof_first_ = false;
    std::size_t expected_ = 1;
    std::map<SourceId, Source> sources_;
    std::map<SourceId, Known> known_;         // those that have left
    TimePoint next_look_ = TimePoint::max();  // when idle sources are woken, to help the slow
};

}  // namespace gnutella::transfer
