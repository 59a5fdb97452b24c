#pragma once

#include "wire/gnutella/query_route_table.hpp"
#include "wire/message.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace gnutella::wire {

/// The query routing table of a neighbour, as its messages make it (Query Routing 0.6, "Gnutella Protocol Changes").
/// Patches are inflated as they come, straight into the table, so that no neighbour can make us hold more than that.
class RouteTableReceiver {
  public:
    enum class Outcome : std::uint8_t {
        more,      ///< further patches belong to it
        complete,  ///< table() is as the neighbour's
        // From here on: close the session. "There is no way to recover."
        no_reset,            ///< a patch came first
        bad_length,          ///< the table's length is no power of two, or beyond what is taken
        bad_infinity,        ///< 0 stands for nothing
        bad_sequence,        ///< patches are missing, or out of order
        bad_entry_bits,      ///< other than 1, 2, 4 and 8, or others than before
        unknown_compressor,  ///< other than none and zlib, or another than before
        bad_data,            ///< not compressed as it says
        too_much,            ///< patches are longer than the table
        too_little,          ///< or shorter, when the last has come
    };

    /// @param max_length the most entries that a table may have; at most 2^QueryRouteTable::max_bits.
    explicit RouteTableReceiver(std::size_t max_length = std::size_t{1} << QueryRouteTable::max_bits);
    ~RouteTableReceiver();
    RouteTableReceiver(RouteTableReceiver&&) noexcept;
    RouteTableReceiver& operator=(RouteTableReceiver&&) noexcept;

    Outcome receive(const RouteTableReset& reset);
    Outcome receive(const RouteTablePatch& patch);

    /// nullptr before the first sequence of patches is complete, and after a reset until the next one is: all queries
    /// are to be sent then.
    const QueryRouteTable* table() const noexcept { return complete_ ? &*table_ : nullptr; }

  private:
    class Inflation;

    Outcome begin_sequence(const RouteTablePatch& patch);
    Outcome apply_compressed(std::string_view data);
    Outcome apply(std::string_view changes);
    void apply_byte(unsigned byte);

    std::size_t max_length_;
    std::optional<QueryRouteTable> table_;
    bool complete_ = false;
    std::uint8_t expected_ = 1;  // the number of the patch that comes next
    RouteTablePatch first_;      // of the sequence: the others must be like it
    std::size_t entry_ = 0;      // the one that the next change is of
    std::unique_ptr<Inflation> inflation_;
};

/// One sentence for a BYE; empty for `more` and `complete`.
std::string_view reason_of(RouteTableReceiver::Outcome outcome) noexcept;

}  // namespace gnutella::wire
