#include "net/session_input.hpp"
#include "require.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// What comes over a session, in either dialect, compressed or not: the messages are the same however the bytes are cut,
// none reaches beyond what was read, and the end is the same.

namespace gnutella::net {
namespace {

constexpr std::size_t max_message_size = 2'000;

struct Outcome {
    std::string messages;
    std::size_t unknown = 0;
    std::size_t dropped = 0;
    std::optional<wire::Malformed> malformed;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome_of(Dialect dialect, const SessionLayers& layers, std::string_view bytes, std::size_t piece) {
    ReadBatchPool pool(max_message_size);
    SessionInput input(dialect, layers, {.max_message_size = max_message_size});
    Outcome outcome;
    while (!outcome.malformed) {
        auto batch = pool.take();
        input.fill_from_earlier(*batch);
        if (batch->empty() && bytes.empty()) {
            break;
        }
        if (batch->empty()) {
            const auto room = input.room(*batch);
            require(!room.empty(), "there is room for more");
            const std::size_t size = std::min({piece, bytes.size(), room.size()});
            std::memcpy(room.data(), bytes.data(), size);
            bytes.remove_prefix(size);
            input.fill(*batch, size);
        }
        for (const wire::Message& message : batch->messages) {
            const char* const begin = batch->bytes().data();
            require(
                message.raw.data() >= begin && message.raw.data() + message.raw.size() <= begin + batch->bytes().size(),
                "a message is in the batch");
            outcome.messages += message.raw;
        }
        outcome.unknown += batch->unknown;
        outcome.dropped += batch->dropped.size();
        outcome.malformed = batch->malformed;
        pool.give_back(std::move(batch));
    }
    return outcome;
}

}  // namespace
}  // namespace gnutella::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace gnutella;
    if (size < 2) {
        return 0;
    }
    const auto dialect = data[0] % 2 == 0 ? Dialect::gnutella : Dialect::json;
    SessionLayers layers;
    layers.receives_deflated = data[0] / 2 % 2 == 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const net::Outcome whole = net::outcome_of(dialect, layers, bytes, bytes.size());
    const net::Outcome cut = net::outcome_of(dialect, layers, bytes, 1U + data[0] / 4U);
    // How soon a stream is seen to be too dense depends on how it comes.
    if (whole.malformed != wire::Malformed::too_dense && cut.malformed != wire::Malformed::too_dense) {
        require(whole == cut, "messages are the same however they are cut");
    }
    return 0;
}
