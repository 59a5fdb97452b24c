#include "require.hpp"
#include "wire/gnutella/handshake_machine.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// The words of a stranger, to either side of a handshake:
// - they come to the same however they are cut;
// - what the machine keeps of them has bounds;
// - what it says is a block of headers that reads back as it was.

namespace gnutella::wire {
namespace {

using Next = HandshakeMachine::Next;

constexpr HeaderLimits limits{.max_size = 1000, .max_lines = 24};

struct Outcome {
    Next next = Next::more;
    std::size_t consumed = 0;
    std::string sent;
    HandshakeHeaders theirs;
    std::string problem;
    bool compressed = false;
    bool secret = false;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

HandshakeHeaders ours() {
    HandshakeHeaders headers;
    headers.user_agent = "gnut";
    headers.accepts_deflate = headers.sends_deflate = headers.offers_tls = true;
    return headers;
}

Outcome outcome_of(HandshakeMachine::Side side, std::string_view words, std::size_t piece) {
    HandshakeMachine machine(side, ours(), limits);
    Outcome outcome;
    outcome.sent = machine.start().send;
    while (outcome.next == Next::more && outcome.consumed < words.size()) {
        const auto fed = words.substr(outcome.consumed, piece);
        auto step = machine.feed(fed);
        require(step.consumed <= fed.size(), "no more is consumed than is there");
        require(step.consumed > 0, "something is consumed");
        outcome.consumed += step.consumed;
        outcome.sent += step.send;
        if (step.next == Next::decide) {
            step = machine.accept();
            outcome.sent += step.send;
        }
        outcome.next = step.next;
    }
    if (outcome.next == Next::closed) {
        outcome.consumed = 0;  // where in a line too much it stops may depend on how that came
    }
    outcome.theirs = machine.theirs();
    outcome.problem = machine.problem();
    outcome.compressed = machine.agreed().receives_deflated;
    outcome.secret = machine.agreed().upgrades_to_tls;
    return outcome;
}

void check(HandshakeMachine::Side side, std::string_view words, std::size_t piece) {
    const Outcome whole = outcome_of(side, words, words.size());
    require(whole == outcome_of(side, words, piece), "words come to the same however they are cut");
    require(whole.theirs.user_agent.size() <= 128, "a program's name has a bound");
    require(whole.theirs.try_hosts.size() <= HandshakeHeaders::max_try_hosts, "hosts to try have a bound");
    std::string block = "x\r\n";
    write_handshake_headers(whole.theirs, block);
    block += "\r\n";
    HeaderBlockReader reader;
    require(reader.feed(block).outcome == HeaderBlockReader::Outcome::complete, "what we write is a block");
    HandshakeHeaders trimmed = read_handshake_headers(reader.block());
    trimmed.user_agent = whole.theirs.user_agent;  // a cut may have left a space at its end
    require(trimmed == whole.theirs, "headers read back as they were");
}

}  // namespace
}  // namespace gnutella::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using gnutella::wire::HandshakeMachine;
    if (size < 2) {
        return 0;
    }
    const auto side = data[0] % 2 == 0 ? HandshakeMachine::Side::connector : HandshakeMachine::Side::acceptor;
    const std::string_view words(reinterpret_cast<const char*>(data) + 1, size - 1);
    gnutella::wire::check(side, words, 1 + data[0] / 2 % 40U);
    return 0;
}
