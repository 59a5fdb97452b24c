#include "net/session_input.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gnutella::net {

namespace {

std::variant<wire::JsonDecoder, wire::GnutellaDecoder> decoder_of(Dialect dialect, const wire::DecodeLimits& limits) {
    if (dialect == Dialect::gnutella) {
        return wire::GnutellaDecoder(limits);
    }
    return wire::JsonDecoder(limits);
}

// Keeps no memory when there is nothing to keep: thousands of sessions are idle.
void keep(std::string& kept, std::string_view bytes) {
    kept.assign(bytes);
    if (kept.empty()) {
        kept.shrink_to_fit();
    }
}

}  // namespace

SessionInput::SessionInput(Dialect dialect, const SessionLayers& layers, const wire::DecodeLimits& limits)
    : decoder_(decoder_of(dialect, limits)) {
    if (layers.receives_deflated) {
        inflater_.emplace();
    }
}

void SessionInput::begin_with(std::string first_bytes) {
    unread_ = std::move(first_bytes);
}

void SessionInput::fill_from_earlier(ReadBatch& batch) {
    while (batch.empty() && (more_room_wanted_ || !unread_.empty())) {
        room(batch);
        take(batch, 0);
    }
}

std::span<char> SessionInput::room(ReadBatch& batch) {
    const std::span<char> whole = inflater_ ? batch.compressed() : batch.bytes().subspan(left_over_.size());
    const std::size_t most = inflater_ ? whole.size() : unread_.size() + ReadBatchPool::read_size;
    std::memcpy(whole.data(), unread_.data(), unread_.size());
    return whole.subspan(unread_.size(), std::min(most, whole.size()) - unread_.size());
}

void SessionInput::fill(ReadBatch& batch, std::size_t size) {
    take(batch, size);
    fill_from_earlier(batch);
}

void SessionInput::take(ReadBatch& batch, std::size_t size) {
    const std::size_t came = unread_.size() + size;
    std::memcpy(batch.bytes().data(), left_over_.data(), left_over_.size());
    std::size_t added = came;
    if (inflater_) {
        added = inflate(batch, {batch.compressed().data(), came});
    } else {
        keep(unread_, {});
    }
    const std::string_view bytes(batch.bytes().data(), left_over_.size() + added);
    std::visit([&](auto& decoder) { decode(decoder, batch, bytes); }, decoder_);
}

std::size_t SessionInput::inflate(ReadBatch& batch, std::string_view input) {
    using Outcome = wire::StreamInflater::Outcome;
    const auto step = inflater_->next(input, batch.bytes().subspan(left_over_.size()));
    input.remove_prefix(step.consumed);
    more_room_wanted_ = step.outcome == Outcome::more_room;
    const bool beyond_the_end = step.outcome == Outcome::end && !input.empty();
    if (step.outcome == Outcome::bad_data || beyond_the_end) {
        batch.malformed = wire::Malformed::not_deflated;
    } else if (step.outcome == Outcome::too_dense) {
        batch.malformed = wire::Malformed::too_dense;
    }
    keep(unread_, more_room_wanted_ ? input : std::string_view());
    return step.produced;
}

template <class Decoder>
void SessionInput::decode(Decoder& decoder, ReadBatch& batch, std::string_view bytes) {
    using Outcome = wire::DecodeOutcome;
    while (!bytes.empty()) {
        wire::Message& message = batch.messages.emplace_back();
        const wire::DecodeStep step = decoder.next(bytes, batch.memory(), message);
        bytes.remove_prefix(step.consumed);
        if (step.outcome == Outcome::message) {
            continue;
        }
        batch.messages.pop_back();
        if (step.outcome == Outcome::unknown_type) {
            ++batch.unknown;
            continue;
        }
        if (step.outcome == Outcome::dropped) {
            batch.dropped.push_back(step.problem);
            continue;
        }
        if (step.outcome == Outcome::malformed) {
            batch.malformed = step.problem;  // before what is wrong with the compressed bytes behind it
            bytes = {};
        }
        break;
    }
    keep(left_over_, bytes);
}

}  // namespace gnutella::net
