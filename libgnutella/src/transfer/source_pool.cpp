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
    // Behind firewalls many have the same private address.
    const bool same_peer = !left.firewalled || !right.firewalled || left.peer == right.peer;
    return left.source == right.source && same_peer && left.content == right.content;
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

void SourcePool::add(const Hit& hit, Word word) {
    const bool same_file = hit.urn ? hit.urn->same_file(urn_) : sources_.empty();
    if (!same_file || !is_usable(hit, policy_.ways)) {
        return;
    }
    const auto known = std::ranges::find_if(sources_, [&](const Source& one) { return is_same_source(one.hit, hit); });
    if (known == sources_.end()) {
        if (sources_.size() < max_sources) {
            sources_.push_back({hit, word});
        }
    } else if (known->word == Word::of_others && word == Word::its_own) {
        known->hit = hit;
        known->word = word;
    }
}

std::optional<SourceId> SourcePool::due(TimePoint now) const noexcept {
    std::optional<SourceId> best;
    for (SourceId id = 0; id < sources_.size(); ++id) {
        const Source& source = sources_[id];
        const bool ready = !source.at_work && is_usable_now(source) && source.not_before <= now;
        if (ready && (!best || source.failures < sources_[*best].failures)) {
            best = id;
        }
    }
    return best;
}

SourcePool::TimePoint SourcePool::next_due() const noexcept {
    TimePoint next = TimePoint::max();
    for (const Source& source : sources_) {
        if (!source.at_work && is_usable_now(source)) {
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
    culprit.lied = error == Error::source_lied;
    culprit.struck = culprit.struck || is_final(error) || culprit.failures > policy_.retries;
    failures_.push_back({source, error, culprit.struck});
    return culprit.struck;
}

void SourcePool::strike(Source& source, const error_code& error) {
    if (!std::exchange(source.struck, true)) {
        failures_.push_back({static_cast<SourceId>(&source - sources_.data()), error, true});
    }
}

std::chrono::milliseconds SourcePool::look_again(SourceId source) {
    constexpr std::chrono::milliseconds first{1'000};
    constexpr std::size_t most_doublings = 5;
    return first * (1LL << std::min(sources_.at(source).looks++, most_doublings));
}

void SourcePool::postpone(SourceId source, const error_code& reason, TimePoint until) {
    last_error_ = reason;
    sources_.at(source).at_work = false;
    sources_.at(source).not_before = until;
}

// ---- the size ----

namespace {

// The size with most votes, of as many the first.
class Votes {
  public:
    void add(std::uint64_t size) {
        const auto found = std::ranges::find(counts_, size, &Count::size);
        if (found == counts_.end()) {
            counts_.push_back({size, 1});
        } else {
            ++found->votes;
        }
    }
    std::optional<std::uint64_t> winner() const {
        const auto most = std::ranges::max_element(counts_, {}, &Count::votes);
        return most == counts_.end() ? std::nullopt : std::optional(most->size);
    }

  private:
    struct Count {
        std::uint64_t size;
        std::size_t votes;
    };
    std::vector<Count> counts_;
};

}  // namespace

std::optional<std::uint64_t> SourcePool::likely_size(const std::set<std::uint64_t>& without) const {
    Votes votes;
    bool says_empty = false;
    for (const Source& source : sources_) {
        const bool counts = !source.struck && (source.word == Word::its_own || source.has_said_size);
        if (!counts || source.hit.content || without.contains(source.hit.size)) {
            continue;
        }
        if (source.hit.size == 0) {
            says_empty = true;
        } else {
            votes.add(source.hit.size);
        }
    }
    const auto winner = votes.winner();
    return !winner && says_empty ? std::optional<std::uint64_t>(0) : winner;
}

void SourcePool::agree_on(std::optional<std::uint64_t> size) {
    proven_ = proven_ && size == size_;
    size_ = size;
}

bool SourcePool::says_size(SourceId source, std::uint64_t size) {
    Source& speaker = sources_.at(source);
    if (proven_ || (speaker.has_said_size && speaker.hit.size != size)) {
        return false;
    }
    speaker.has_said_size = true;
    speaker.hit.size = size;
    last_error_ = Error::size_mismatch;
    return true;
}

void SourcePool::size_is_proven() {
    proven_ = size_.has_value();
    for (Source& source : sources_) {
        if (contradicts(source)) {
            strike(source, Error::size_mismatch);
        }
    }
}

std::optional<std::uint64_t> SourcePool::disputed_size(TimePoint now) const {
    Votes all;
    Votes ready;
    for (const Source& source : sources_) {
        if (proven_ || source.struck || !contradicts(source)) {
            continue;
        }
        all.add(source.hit.size);
        if (source.not_before <= now) {
            ready.add(source.hit.size);
        }
    }
    const auto winner = ready.winner();
    return winner ? winner : all.winner();
}

void SourcePool::strike_size(std::uint64_t size) {
    last_error_ = Error::size_mismatch;
    for (Source& source : sources_) {
        if (source.hit.size == size) {
            strike(source, Error::size_mismatch);
        }
    }
}

bool SourcePool::may_begin_anew(SourceId source) {
    if (std::exchange(sources_.at(source).began_anew, true)) {
        return false;
    }
    for (Source& each : sources_) {
        each.contributed = false;
    }
    from_before_ = false;
    return true;
}

// ---- what they were worth ----

void SourcePool::forgive_liars() {
    from_before_ = false;
    for (Source& source : sources_) {
        source.contributed = false;
        if (source.lied) {
            source.lied = false;
            source.struck = false;
            source.failures = 0;
            source.not_before = TimePoint::min();
        }
    }
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
            if (each.contributed || named_an_empty_file) {
                strike(each, Error::hash_mismatch);
            }
        }
    }
    for (Source& source : sources_) {
        source.contributed = false;
    }
    from_before_ = false;
}

std::size_t SourcePool::usable() const noexcept {
    return static_cast<std::size_t>(
        std::ranges::count_if(sources_, [this](const Source& source) { return is_usable_now(source); }));
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
