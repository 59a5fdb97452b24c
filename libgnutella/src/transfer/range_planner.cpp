#include "transfer/range_planner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace gnutella::transfer {

namespace {

using Seconds = std::chrono::duration<double>;

// What is asked of a source about which nothing is known.
constexpr std::uint64_t first_request = 1024 * 1024;
// It is never asked for more than so many times what it has sent so far: what comes first may come out of a buffer, and
// says little of its rate.
constexpr double growth = 4;
// One that is alone is asked for as much as keeps it busy for so long: with each request it tells who else has the
// file, and is told that we have some of it.
constexpr double seconds_alone = 60;
// A request is worth its round trip when it keeps the source busy for so long.
constexpr double least_seconds = 1;
// Of what is a source's share of the rest, how much it is asked for at once: the less, the better it is known how fast
// the others are by the time that the last request is made.
constexpr double part_of_share = 0.5;
// What it costs to take something from another: a connection made anew.
constexpr double split_cost_seconds = 0.1;
// One about which nothing is known is trusted with the last block of one that would need so long.
constexpr double long_seconds = 5;
// In so many parts is a file divided where a place in it is chosen at random.
constexpr std::uint32_t whole = 65'536;
// How often idle sources are asked whether they can help those that are still at work.
constexpr std::chrono::milliseconds look_interval{250};
// A source that has sent nothing yet is not thought to be slow before.
constexpr Seconds grace{1};

}  // namespace

RangePlanner::RangePlanner(BlockMap blocks, Duration stall_timeout, std::uint16_t start)
    : blocks_(std::move(blocks)), stall_timeout_(stall_timeout), start_(start) {}

void RangePlanner::join(SourceId source, TimePoint now) {
    Source joined;
    if (auto known = known_.extract(source)) {
        joined.rate = known.mapped().rate;
        joined.offered = std::move(known.mapped().offered);
    }
    joined.last_byte = now;
    sources_.insert_or_assign(source, std::move(joined));
}

void RangePlanner::offers(SourceId source, const std::vector<ByteRange>& ranges) {
    const BlockLayout& layout = blocks_.layout();
    std::vector<bool> offered(blocks_.count(), false);
    for (const ByteRange& range : ranges) {
        if (range.length == 0 || range.first >= layout.file_size()) {
            continue;
        }
        const std::uint64_t end = range.first + std::min(range.length, layout.file_size() - range.first);
        for (std::size_t block = layout.index_of(range.first); block < blocks_.count(); ++block) {
            if (layout.offset(block) + layout.length(block) > end) {
                break;
            }
            offered[block] = layout.offset(block) >= range.first;
        }
    }
    at(source).offered = std::move(offered);
}

void RangePlanner::leave(SourceId source, TimePoint now, PlannerActions& out) {
    const auto found = sources_.find(source);
    if (found == sources_.end()) {
        return;
    }
    const bool held_something = !is_idle(found->second);
    release(found->second);
    found->second.rate.end(now);
    known_[source] = {found->second.rate, std::move(found->second.offered)};
    sources_.erase(found);
    if (held_something) {
        wake_idle(out);
    }
}

std::optional<BlockRange> RangePlanner::next(SourceId source, TimePoint now, PlannerActions& out) {
    Source& asker = at(source);
    if (!is_idle(asker) || is_complete()) {
        return std::nullopt;
    }
    asker.rate.end(now);
    auto range = find_missing(asker, blocks_for(asker, now));
    if (!range) {
        range = split(asker, now, out);
    }
    if (!range) {
        next_look_ = std::min(next_look_, now + look_interval);
        return std::nullopt;
    }
    take(asker, *range, now);
    return range;
}

bool RangePlanner::may_help(SourceId source) const {
    const Source& helper = at(source);
    for (std::size_t block = 0; block < blocks_.count(); ++block) {
        if (blocks_.state(block) != BlockState::verified && offers_block(helper, block)) {
            return true;
        }
    }
    return false;
}

bool RangePlanner::has_proven_size() const noexcept {
    return blocks_.state(0) == BlockState::verified && blocks_.state(blocks_.count() - 1) == BlockState::verified;
}

std::size_t RangePlanner::end_of(SourceId source) const {
    return at(source).held.end;
}

std::uint64_t RangePlanner::outstanding(SourceId source) const {
    return left(at(source));
}

void RangePlanner::received(SourceId source, std::uint64_t bytes, TimePoint now) {
    Source& sender = at(source);
    sender.received += bytes;
    sender.last_byte = now;
    sender.rate.received(bytes, now);
    if (left(sender) == 0) {
        sender.rate.end(now);
    }
}

void RangePlanner::suspend(SourceId source) noexcept {
    at(source).suspended = true;
}

void RangePlanner::resume(SourceId source, TimePoint now) noexcept {
    Source& resumed = at(source);
    resumed.suspended = false;
    resumed.last_byte = now;
}

void RangePlanner::verified(SourceId source, std::size_t block, PlannerActions& out) {
    blocks_.set(block, BlockState::verified);
    Source& sender = at(source);
    if (sender.held.count() > 0 && blocks_.missing() == 0 && is_complete()) {
        wake_idle(out);
    }
    if (block + 1 == sender.held.end) {  // the last: blocks of one source are checked in order
        sender.held = {};
        sender.received = 0;
        sender.stopping = false;
    }
}

void RangePlanner::give_back(SourceId source, TimePoint now, PlannerActions& out) {
    Source& giver = at(source);
    giver.rate.end(now);
    giver.stopping = false;
    if (!is_idle(giver)) {
        release(giver);
        wake_idle(out);
    }
}

void RangePlanner::tick(TimePoint now, PlannerActions& out) {
    for (auto& [id, source] : sources_) {
        const bool waited_for = !is_idle(source) && !source.suspended && !source.stopping && left(source) > 0;
        if (waited_for && now - source.last_byte >= stall_timeout_) {
            source.stopping = true;
            out.stops.push_back({id, PlannerActions::StopReason::stalled});
        }
    }
    if (now >= next_look_) {
        next_look_ = TimePoint::max();
        wake_idle(out);
    }
}

RangePlanner::TimePoint RangePlanner::next_deadline() const noexcept {
    TimePoint next = next_look_;
    for (const auto& [id, source] : sources_) {
        if (!is_idle(source) && !source.suspended && !source.stopping && left(source) > 0) {
            next = std::min(next, source.last_byte + stall_timeout_);
        }
    }
    return next;
}

// ---- what is asked ----

bool RangePlanner::offers_block(const Source& source, std::size_t block) const noexcept {
    return source.offered.empty() || source.offered[block];
}

// The one that it is sending, or will send next.
std::size_t RangePlanner::current_block(const Source& source) const noexcept {
    return source.held.first + static_cast<std::size_t>(source.received / blocks_.layout().block_size());
}

std::uint64_t RangePlanner::left(const Source& source) const noexcept {
    const std::uint64_t all = blocks_.bytes_in(source.held);
    return all - std::min(all, source.received);
}

std::size_t RangePlanner::blocks_for(const Source& source, TimePoint now) const {
    const std::uint64_t block_size = blocks_.layout().block_size();
    const auto rate = source.rate.rate(now);
    if (!rate) {
        return static_cast<std::size_t>(std::max<std::uint64_t>(1, first_request / block_size));
    }
    const double most = static_cast<double>(source.rate.total()) * growth;
    const auto blocks_of = [&](double bytes) {
        const double blocks = std::min(bytes, most) / static_cast<double>(block_size);
        return static_cast<std::size_t>(std::clamp(blocks, 1.0, static_cast<double>(blocks_.count())));
    };
    if (std::max(expected_, sources_.size()) <= 1) {
        return blocks_of(*rate * seconds_alone);
    }
    double all_rates = 0;
    for (const auto& [id, each] : sources_) {
        all_rates += rate_of(each, now);
    }
    const double rest = static_cast<double>(blocks_.missing()) * static_cast<double>(block_size);
    const double share = all_rates > 0 ? rest * *rate / all_rates * part_of_share : 0;
    return blocks_of(std::max(share, *rate * least_seconds));
}

std::optional<BlockRange> RangePlanner::find_missing(const Source& source, std::size_t most) const {
    if (blocks_.missing() == 0) {
        return std::nullopt;
    }
    for (const std::size_t proof : {blocks_.count() - 1, std::size_t{0}}) {
        if (proof_first_ && blocks_.state(proof) == BlockState::missing && offers_block(source, proof)) {
            return BlockRange{proof, proof + 1};
        }
    }
    const bool others_fetch =
        std::ranges::any_of(sources_, [](const auto& each) { return !each.second.offered.empty(); });
    if (!others_fetch) {
        return find_missing(source.offered, most, 0, blocks_.count());
    }
    // Two that fetch the same file from one who has it all must not fetch the same of it: they would have nothing for
    // one another. So who has all is asked for what nobody else has got yet, and not for what comes next in the file's
    // order, which is soon theirs.
    if (source.offered.empty()) {
        constexpr std::uint32_t soon_theirs = whole / 4;
        const std::uint32_t part = soon_theirs + start_ * (whole - soon_theirs) / whole;
        if (const auto range = find_missing_at(offered_by_none_in_part(), most, part)) {
            return range;
        }
    }
    return find_missing_at(source.offered, most, start_);
}

// At that part, in 65,536ths, of all that are missing and wanted. @param wanted blocks; empty: all.
std::optional<BlockRange> RangePlanner::find_missing_at(const std::vector<bool>& wanted, std::size_t most,
                                                        std::uint32_t part) const {
    const auto is_candidate = [&](std::size_t block) {
        return blocks_.state(block) == BlockState::missing && (wanted.empty() || wanted[block]);
    };
    std::vector<std::size_t> candidates;
    for (std::size_t block = 0; block < blocks_.count(); ++block) {
        if (is_candidate(block)) {
            candidates.push_back(block);
        }
    }
    if (candidates.empty()) {
        return std::nullopt;
    }
    const std::size_t start = candidates[candidates.size() * part / whole];
    auto range = find_missing(wanted, most, start, blocks_.count());
    while (range && range->first > 0 && range->count() < most && is_candidate(range->first - 1)) {
        --range->first;
    }
    return range;
}

std::vector<bool> RangePlanner::offered_by_none_in_part() const {
    std::vector<bool> rare(blocks_.count(), true);
    for (const auto& [id, source] : sources_) {
        for (std::size_t block = 0; block < source.offered.size(); ++block) {
            rare[block] = rare[block] && !source.offered[block];
        }
    }
    return rare;
}

std::optional<BlockRange> RangePlanner::find_missing(const std::vector<bool>& wanted, std::size_t most,
                                                     std::size_t from, std::size_t until) const {
    const auto is_wanted = [&wanted](std::size_t block) { return wanted.empty() || wanted[block]; };
    while (auto run = blocks_.missing_run(from, until)) {
        while (run->first < run->end && !is_wanted(run->first)) {
            ++run->first;
        }
        std::size_t end = run->first;
        while (end < run->end && end - run->first < most && is_wanted(end)) {
            ++end;
        }
        if (end > run->first) {
            return BlockRange{run->first, end};
        }
        from = run->end;
    }
    return std::nullopt;
}

// ---- helping the slow ----

double RangePlanner::rate_of(const Source& source, TimePoint now) const {
    return source.rate.rate(now).value_or(0);
}

double RangePlanner::seconds_left(const Source& source, TimePoint now) const {
    const double rate = rate_of(source, now);
    const bool unknown = !source.rate.rate(now).has_value();
    if (unknown && now - source.asked < grace) {
        return 0;  // it may yet turn out to be fast
    }
    return rate > 0 ? static_cast<double>(left(source)) / rate : std::numeric_limits<double>::infinity();
}

std::optional<BlockRange> RangePlanner::split(Source& thief, TimePoint now, PlannerActions& out) {
    const auto found = find_slowest(thief, now);
    if (found == sources_.end()) {
        return std::nullopt;
    }
    Source& slowest = found->second;
    const double time_left = seconds_left(slowest, now);
    // One about which nothing is known is thought to be as fast as the one that it helps.
    const double slow_rate = rate_of(slowest, now);
    const double own_rate = std::max(thief.rate.rate(now).value_or(slow_rate), 1.0);
    const auto block_size = static_cast<double>(blocks_.layout().block_size());

    const double share = static_cast<double>(left(slowest)) * own_rate / (own_rate + slow_rate);
    const BlockRange range = can_take_over(thief, slowest, static_cast<std::size_t>(std::round(share / block_size)));
    const double own_time = static_cast<double>(range.count()) * block_size / own_rate + split_cost_seconds;
    if (range.count() > 0 && own_time < time_left) {
        for (std::size_t block = range.end; block < slowest.held.end; ++block) {
            blocks_.set(block, BlockState::missing);  // which the thief does not have
        }
        slowest.held.end = range.first;
        return range;
    }
    // Only the block that is on its way is left. What has come of it is lost when another begins it anew.
    const bool only_block = current_block(slowest) + 1 == slowest.held.end && offers_block(thief, slowest.held.end - 1);
    const bool known = thief.rate.rate(now).has_value();
    const double block_time = block_size / own_rate + split_cost_seconds;
    if (only_block && (known ? block_time * 2 < time_left : time_left > long_seconds)) {
        slowest.stopping = true;
        out.stops.push_back({found->first, PlannerActions::StopReason::overtaken});
    }
    return std::nullopt;
}

// Of those that hold something which the thief offers too: who would end last.
std::map<SourceId, RangePlanner::Source>::iterator RangePlanner::find_slowest(const Source& thief, TimePoint now) {
    auto slowest = sources_.end();
    double longest = 0;
    for (auto each = sources_.begin(); each != sources_.end(); ++each) {
        const Source& source = each->second;
        const bool at_work = !is_idle(source) && !source.stopping && left(source) > 0;
        if (!at_work || !has_for(source, thief)) {
            continue;
        }
        if (const double time = seconds_left(source, now); time > longest) {
            longest = time;
            slowest = each;
        }
    }
    return slowest;
}

// Which blocks, of what `slow` holds: the last ones that the thief offers, and never the one that is being sent.
BlockRange RangePlanner::can_take_over(const Source& thief, const Source& slow, std::size_t most) const {
    const std::size_t least = std::min(current_block(slow) + 1, slow.held.end);
    std::size_t end = slow.held.end;
    while (end > least && !offers_block(thief, end - 1)) {
        --end;
    }
    std::size_t first = end;
    while (first > least && end - first < most && offers_block(thief, first - 1)) {
        --first;
    }
    return {first, end};
}

// Whether `slow`, which is at work, holds something that the thief offers.
bool RangePlanner::has_for(const Source& slow, const Source& thief) const {
    const std::size_t current = current_block(slow);
    const bool only_block = current + 1 == slow.held.end;
    return only_block ? offers_block(thief, current) : can_take_over(thief, slow, 1).count() > 0;
}

void RangePlanner::take(Source& source, const BlockRange& range, TimePoint now) {
    for (std::size_t block = range.first; block < range.end; ++block) {
        blocks_.set(block, BlockState::taken);
    }
    source.held = range;
    source.received = 0;
    source.stopping = false;
    source.suspended = false;
    source.asked = now;
    source.last_byte = now;
    source.rate.begin(now);
}

void RangePlanner::release(Source& source) {
    for (std::size_t block = source.held.first; block < source.held.end; ++block) {
        if (blocks_.state(block) == BlockState::taken) {
            blocks_.set(block, BlockState::missing);
        }
    }
    source.held = {};
    source.received = 0;
}

void RangePlanner::wake_idle(PlannerActions& out) const {
    for (const auto& [id, source] : sources_) {
        if (is_idle(source)) {
            out.wakes.push_back(id);
        }
    }
}

}  // namespace gnutella::transfer
