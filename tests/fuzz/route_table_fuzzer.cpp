#include "require.hpp"
#include "wire/gnutella/byte_reader.hpp"
#include "wire/gnutella/gnutella_decoder.hpp"
#include "wire/gnutella/route_table_patches.hpp"
#include "wire/gnutella/route_table_receiver.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string_view>

// Messages of a query routing table, each a byte of length and a payload:
// - whatever comes, the table stays within its bound;
// - a table that is complete makes patches that make the same table elsewhere.

namespace gnutella::wire {
namespace {

using Outcome = RouteTableReceiver::Outcome;

constexpr std::size_t max_length = 65'536;  // of the tables that real clients send

Outcome receive(RouteTableReceiver& receiver, const Message& message) {
    if (const auto* reset = std::get_if<RouteTableReset>(&message.body)) {
        return receiver.receive(*reset);
    }
    return receiver.receive(std::get<RouteTablePatch>(message.body));
}

std::optional<Outcome> receive(RouteTableReceiver& receiver, std::string_view frame) {
    std::pmr::monotonic_buffer_resource memory;
    Message message;
    if (GnutellaDecoder().next(frame, memory, message).outcome != DecodeOutcome::message) {
        return std::nullopt;
    }
    return receive(receiver, message);
}

void check_sending(const QueryRouteTable& table, PatchWidth width) {
    RouteTableReceiver elsewhere(max_length);
    for (const Frame& frame : encode_route_table({}, nullptr, table, width, 16)) {
        const auto outcome = receive(elsewhere, frame.bytes());
        require(outcome == Outcome::more || outcome == Outcome::complete, "what we send is taken");
    }
    require(elsewhere.table() != nullptr && *elsewhere.table() == table, "a table arrives as it was");
}

std::string frame_of(std::string_view payload) {
    std::string frame(16, '\0');
    frame += "\x30\x01";
    frame += '\0';
    frame += static_cast<char>(payload.size());
    frame.append(3, '\0');
    return frame.append(payload);
}

}  // namespace
}  // namespace gnutella::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella::wire;
    RouteTableReceiver receiver(max_length);
    ByteReader read({reinterpret_cast<const char*>(data), size});
    while (read.ok() && !read.rest().empty()) {
        const std::size_t length = read.u8();
        const auto outcome = receive(receiver, frame_of(read.take(std::min(length, read.rest().size()))));
        gnutella::require(receiver.table() == nullptr || receiver.table()->size() <= max_length, "a table has a bound");
        gnutella::require(outcome != Outcome::complete || receiver.table() != nullptr, "a complete table is there");
        if (outcome && *outcome > Outcome::complete) {
            gnutella::require(!reason_of(*outcome).empty(), "whoever is sent away is told why");
            return 0;  // the session is closed
        }
    }
    if (receiver.table() != nullptr) {
        check_sending(*receiver.table(), PatchWidth::one_bit);
        check_sending(*receiver.table(), PatchWidth::four_bits);
    }
    return 0;
}
