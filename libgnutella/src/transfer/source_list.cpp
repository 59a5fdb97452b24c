#include "transfer/source_list.hpp"

#include <algorithm>
#include <utility>

namespace gnutella::transfer {

namespace {

// What will not be otherwise the next time.
bool is_final(const error_code& error) {
    return error == Error::source_lacks_file || error == Error::source_answer || error == Error::size_mismatch ||
           error == Error::hash_mismatch || error == Error::cannot_resolve;
}

bool is_same_source(const Hit& left, const Hit& right) {
    return left.source == right.source && left.content == right.content;
}

}  // namespace

bool is_usable(const Hit& hit) noexcept {
    const bool reachable = hit.transports.empty() || std::ranges::count(hit.transports, Transport::http) > 0;
    return hit.content != nullptr || (hit.urn && reachable);
}

void SourceList::add(const Hit& hit) {
    const bool same_file = hit.urn ? hit.urn->same_file(urn_) : sources_.empty();
    const bool known = std::ranges::any_of(sources_, [&](const Source& one) { return is_same_source(one.hit, hit); });
    if (same_file && !known && is_usable(hit)) {
        sources_.push_back({hit});
    }
}

const SourceList::Source* SourceList::find_current() const noexcept {
    const auto found = std::ranges::min_element(
        sources_, {}, [](const Source& source) { return std::pair(source.struck, source.failures); });
    return found == sources_.end() || found->struck ? nullptr : &*found;
}

SourceList::Source* SourceList::find_current() noexcept {
    return const_cast<Source*>(std::as_const(*this).find_current());
}

const Hit* SourceList::current() const noexcept {
    const Source* const source = find_current();
    return source == nullptr ? nullptr : &source->hit;
}

std::uint64_t SourceList::greatest_size() const noexcept {
    std::uint64_t greatest = 0;
    for (const Source& source : sources_) {
        greatest = source.struck ? greatest : std::max(greatest, source.hit.size);
    }
    return greatest;
}

std::optional<std::size_t> SourceList::failed(const error_code& error) {
    last_error_ = error;
    Source* source = find_current();
    if (source == nullptr) {
        return std::nullopt;
    }
    ++source->failures;
    source->struck = is_final(error) || source->failures > retries_;
    const Source* const next = find_current();
    return next == nullptr || next->failures == 0 ? std::nullopt : std::optional(next->failures);
}

void SourceList::progressed() {
    if (Source* source = find_current()) {
        source->failures = 0;
    }
}

void SourceList::contributed() {
    if (Source* source = find_current()) {
        source->contributed = true;
    }
}

void SourceList::hash_was_wrong() {
    last_error_ = Error::hash_mismatch;
    const auto contributors = std::ranges::count(sources_, true, &Source::contributed);
    const bool several = from_before_ || contributors > 1;
    if (several && !began_anew_) {
        began_anew_ = true;
    } else if (Source* source = find_current(); source != nullptr && contributors == 0) {
        source->struck = true;  // it named an empty file
    } else {
        for (Source& each : sources_) {
            each.struck = each.struck || each.contributed;
        }
    }
    for (Source& source : sources_) {
        source.contributed = false;
    }
    from_before_ = false;
}

std::vector<Endpoint> SourceList::contributors() const {
    std::vector<Endpoint> endpoints;
    for (const Source& source : sources_) {
        if (source.contributed) {
            endpoints.push_back(source.hit.source);
        }
    }
    return endpoints;
}

}  // namespace gnutella::transfer
