#include "transfer/source_pool.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::transfer {

namespace {

constexpr std::size_t max_doublings = 10;

// What will not be otherwise the next time.
bool is_final(const error_code& error) {
    return error == Error::source_lacks_file || error == Error::source_answer || error == Error::size_mismatch ||
           error == Error::hash_mismatch || error == Error::source_lied || error == Error::cannot_resolve ||
           error == Error::wrong_key;
}

bool is_same_source(const Hit& left, const Hit& right) {
    return left.source == right.source && left.content == right.content;
}

}  // namespace

std::uint64_t size_of(const Hit& hit) noexcept {
    return hit.content ? hit.content->size() : hit.size;
}

bool is_usable(const Hit& hit, std::span<const Transport> ways) noexcept {
    if (hit.content != nullptr) {
        return true;
    }
    const auto is_a_way = [ways](Transport each) { return std::ranges::count(ways, each) > 0; };
    return hit.urn &&
           (hit.transports.empty() ? is_a_way(Transport::http) : std::ranges::any_of(hit.transports, is_a_way));
}

void SourcePool::add(const Hit& hit) {
    const bool same_file = hit.urn ? hit.urn->same_file(urn_) : sources_.empty();
    const bool known = std::ranges::any_of(sources_, [&](const Source& one) { return is_same_source(one.hit, hit); });
    if (same_file && !known && sources_.size() < max_sources && is_usable(hit, policy_.ways)) {
        sources_.push_back({hit});
    }
}

std::optional<SourceId> SourcePool::due(TimePoint now) const noexcept {
    std::optional<SourceId> best;
    for (SourceId id = 0; id < sources_.size(); ++id) {
        const Source& source = sources_[id];
        const bool ready = !source.at_work && !source.struck && source.not_before <= now;
        if (ready && (!best || source.failures < sources_[*best].failures)) {
            best = id;
        }
    }
    return best;
}

SourcePool::TimePoint SourcePool::next_due() const noexcept {
    TimePoint next = TimePoint::max();
    for (const Source& source : sources_) {
        if (!source.at_work && !source.struck) {
            next = std::min(next, source.not_before);
        }
    }
    return next;
}

bool SourcePool::failed(SourceId source, const error_code& error, TimePoint now) {
    Source& culprit = sources_.at(source);
    last_error_ = error;
    culprit.at_work = false;
    culprit.not_before = now + policy_.retry_interval * (1LL << std::min(culprit.failures, max_doublings));
    ++culprit.failures;
    culprit.struck = culprit.struck || is_final(error) || culprit.failures > policy_.retries;
    return culprit.struck;
}

void SourcePool::postpone(SourceId source, const error_code& reason, TimePoint until) {
    last_error_ = reason;
    sources_.at(source).at_work = false;
    sources_.at(source).not_before = until;
}

void SourcePool::hash_was_wrong() {
    last_error_ = Error::hash_mismatch;
    const auto contributors = std::ranges::count(sources_, true, &Source::contributed);
    const bool several = from_before_ || contributors > 1;
    if (several && !began_anew_) {
        began_anew_ = true;
    } else {
        for (Source& each : sources_) {
            const bool named_an_empty_file = contributors == 0 && each.hit.size == 0;
            each.struck = each.struck || each.contributed || named_an_empty_file;
        }
    }
    for (Source& source : sources_) {
        source.contributed = false;
    }
    from_before_ = false;
}

std::size_t SourcePool::usable() const noexcept {
    return static_cast<std::size_t>(std::ranges::count(sources_, false, &Source::struck));
}

std::vector<Endpoint> SourcePool::contributors() const {
    std::vector<Endpoint> endpoints;
    for (const Source& source : sources_) {
        if (source.contributed) {
            endpoints.push_back(source.hit.source);
        }
    }
    return endpoints;
}

std::uint64_t SourcePool::greatest_size() const noexcept {
    std::uint64_t greatest = 0;
    for (const Source& source : sources_) {
        greatest = source.struck ? greatest : std::max(greatest, source.hit.size);
    }
    return greatest;
}

std::vector<Hit> SourcePool::hits() const {
    std::vector<Hit> hits;
    hits.reserve(sources_.size());
    for (const Source& source : sources_) {
        hits.push_back(source.hit);
    }
    return hits;
}

}  // namespace gnutella::transfer
