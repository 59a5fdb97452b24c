#include "wire/gnutella/route_table_receiver.hpp"

#include "wire/gnutella/stream_inflater.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace gnutella::wire {

namespace {

constexpr std::uint8_t no_compressor = 0;
constexpr std::size_t inflated_at_a_time = 4096;

// Whatever a table of zeros compresses to is right; how much comes out is bounded by the table itself.
constexpr InflateLimits any_ratio{.max_ratio = 2000};

}  // namespace

class RouteTableReceiver::Inflation {
  public:
    StreamInflater stream{any_ratio};
};

RouteTableReceiver::RouteTableReceiver(std::size_t max_length)
    : max_length_(std::min(max_length, std::size_t{1} << QueryRouteTable::max_bits)) {}
RouteTableReceiver::~RouteTableReceiver() = default;
RouteTableReceiver::RouteTableReceiver(RouteTableReceiver&&) noexcept = default;
RouteTableReceiver& RouteTableReceiver::operator=(RouteTableReceiver&&) noexcept = default;

RouteTableReceiver::Outcome RouteTableReceiver::receive(const RouteTableReset& reset) {
    if (!std::has_single_bit(reset.length) || reset.length > max_length_ ||
        reset.length < std::size_t{1} << QueryRouteTable::min_bits) {
        return Outcome::bad_length;
    }
    if (reset.infinity == 0) {
        return Outcome::bad_infinity;
    }
    table_.emplace(static_cast<unsigned>(std::countr_zero(reset.length)));
    complete_ = false;
    expected_ = 1;
    return Outcome::more;
}

RouteTableReceiver::Outcome RouteTableReceiver::receive(const RouteTablePatch& patch) {
    if (!table_) {
        return Outcome::no_reset;
    }
    if (patch.number != expected_ || patch.number > patch.count || (expected_ > 1 && patch.count != first_.count)) {
        return Outcome::bad_sequence;
    }
    if (expected_ == 1) {
        if (const Outcome begun = begin_sequence(patch); begun != Outcome::more) {
            return begun;
        }
    }
    if (patch.entry_bits != first_.entry_bits) {
        return Outcome::bad_entry_bits;
    }
    if (patch.compressor != first_.compressor) {
        return Outcome::unknown_compressor;
    }
    const Outcome applied =
        patch.compressor == RouteTablePatch::zlib_compressor ? apply_compressed(patch.data) : apply(patch.data);
    if (applied != Outcome::more) {
        return applied;
    }
    if (patch.number < patch.count) {
        ++expected_;
        return Outcome::more;
    }
    expected_ = 1;
    inflation_.reset();
    complete_ = entry_ == table_->size();
    return complete_ ? Outcome::complete : Outcome::too_little;
}

RouteTableReceiver::Outcome RouteTableReceiver::begin_sequence(const RouteTablePatch& patch) {
    if (patch.entry_bits > 8 || !std::has_single_bit(patch.entry_bits)) {
        return Outcome::bad_entry_bits;
    }
    if (patch.compressor > RouteTablePatch::zlib_compressor) {
        return Outcome::unknown_compressor;
    }
    first_ = patch;
    first_.data = {};
    entry_ = 0;
    inflation_ = patch.compressor == no_compressor ? nullptr : std::make_unique<Inflation>();
    return Outcome::more;
}

RouteTableReceiver::Outcome RouteTableReceiver::apply_compressed(std::string_view data) {
    std::array<char, inflated_at_a_time> room;
    while (true) {
        const StreamInflater::Step step = inflation_->stream.next(data, room);
        data.remove_prefix(step.consumed);
        if (const Outcome applied = apply({room.data(), step.produced}); applied != Outcome::more) {
            return applied;
        }
        switch (step.outcome) {
            case StreamInflater::Outcome::more_input:
                return Outcome::more;
            case StreamInflater::Outcome::more_room:
                break;
            case StreamInflater::Outcome::end:
                return data.empty() ? Outcome::more : Outcome::bad_data;
            case StreamInflater::Outcome::bad_data:
            case StreamInflater::Outcome::too_dense:
                return Outcome::bad_data;
        }
    }
}

RouteTableReceiver::Outcome RouteTableReceiver::apply(std::string_view changes) {
    const std::size_t entries_of_a_byte = 8U / first_.entry_bits;
    if (changes.size() > (table_->size() - entry_) / entries_of_a_byte) {
        return Outcome::too_much;
    }
    for (const char change : changes) {
        apply_byte(static_cast<unsigned char>(change));
    }
    return Outcome::more;
}

// Changes are numbers in two's complement, the first in the highest bits: below zero an entry comes nearer than
// infinity, above zero it goes back there. A single bit turns an entry over.
void RouteTableReceiver::apply_byte(unsigned byte) {
    const unsigned bits = first_.entry_bits;
    if (byte == 0) {
        entry_ += 8U / bits;
        return;
    }
    const unsigned mask = (1U << bits) - 1;
    for (unsigned left = 8; left > 0; left -= bits, ++entry_) {
        const unsigned change = byte >> (left - bits) & mask;
        if (change == 0) {
            continue;
        }
        const bool near = bits == 1 ? !(*table_)[entry_] : (change >> (bits - 1) & 1U) != 0;
        if (near) {
            table_->set(entry_);
        } else {
            table_->clear(entry_);
        }
    }
}

std::string_view reason_of(RouteTableReceiver::Outcome outcome) noexcept {
    using Outcome = RouteTableReceiver::Outcome;
    switch (outcome) {
        case Outcome::more:
        case Outcome::complete:
            return {};
        case Outcome::no_reset:
            return "a patch of a query routing table came before its reset";
        case Outcome::bad_length:
            return "a query routing table's length is no power of two, or too large";
        case Outcome::bad_infinity:
            return "a query routing table's infinity is 0";
        case Outcome::bad_sequence:
            return "patches of a query routing table are missing or out of order";
        case Outcome::bad_entry_bits:
            return "a patch of a query routing table has entries of another size";
        case Outcome::unknown_compressor:
            return "a patch of a query routing table has another compressor";
        case Outcome::bad_data:
            return "a patch of a query routing table is not compressed as it says";
        case Outcome::too_much:
            return "patches are longer than their query routing table";
        case Outcome::too_little:
            return "patches are shorter than their query routing table";
    }
    return {};
}

}  // namespace gnutella::wire
